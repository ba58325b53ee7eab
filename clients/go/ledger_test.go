package sayso

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

var broken = fromStatus(status.New(codes.Unavailable, "the connection broke"))

// books are those of an ingest that has read articles of these ids from its source.
func books(ids ...string) *ledger {
	l := newLedger(ingestSettings{saysov1.WaitFor_WAIT_FOR_SEARCHABLE, 10, time.Minute})
	for number, id := range ids {
		l.add(Put(&saysov1.Article{Id: id, Body: strconv.Itoa(number)}))
	}
	return l
}

// sends expects that these requests may be sent.
func sends(t *testing.T, l *ledger, wanted ...int64) {
	t.Helper()
	var sent []int64
	for request := l.next(); request != nil; request = l.next() {
		sent = append(sent, request.ClientSequence)
	}
	if !reflect.DeepEqual(sent, wanted) {
		t.Errorf("sent %v, expected %v", sent, wanted)
	}
}

func durable(sequence int64, change saysov1.ArticleChange) *saysov1.IngestArticlesResponse {
	event := &saysov1.IngestArticlesResponse_DurableEvent{Change: change}
	return &saysov1.IngestArticlesResponse{ClientSequence: sequence, Event: &saysov1.IngestArticlesResponse_Durable{Durable: event}}
}

func searchable(sequence int64) *saysov1.IngestArticlesResponse {
	event := &saysov1.IngestArticlesResponse_SearchableEvent{}
	return &saysov1.IngestArticlesResponse{ClientSequence: sequence, Event: &saysov1.IngestArticlesResponse_Searchable{Searchable: event}}
}

func rejected(t *testing.T, sequence int64, delay time.Duration) *saysov1.IngestArticlesResponse {
	t.Helper()
	told, err := status.New(codes.ResourceExhausted, "no").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
	if err != nil {
		t.Fatal(err)
	}
	event := &saysov1.IngestArticlesResponse_RejectedEvent{Status: told.Proto(), Retryable: delay > 0}
	return &saysov1.IngestArticlesResponse{ClientSequence: sequence, Event: &saysov1.IngestArticlesResponse_Rejected{Rejected: event}}
}

const (
	created   = saysov1.ArticleChange_ARTICLE_CHANGE_CREATED
	unchanged = saysov1.ArticleChange_ARTICLE_CHANGE_UNCHANGED
)

func TestARequestWaitsForAnEarlierOneOfTheSameArticle(t *testing.T) {
	l := books("a", "b", "a", "c")
	sends(t, l, 1, 2)
	l.answered(durable(1, created))
	sends(t, l)
	if done := l.answered(searchable(1)); done == nil || !done.Searchable {
		t.Errorf("acknowledged: %v", done)
	}
	sends(t, l, 3, 4)
}

func TestArticlesWithoutAnIDDoNotWait(t *testing.T) {
	sends(t, books("", "", ""), 1, 2, 3)
}

func TestWhatIsNotAcknowledgedIsSentAgainInOrder(t *testing.T) {
	l := books("a", "b", "c", "b")
	sends(t, l, 1, 2, 3)
	l.answered(durable(1, created))
	l.answered(durable(2, created))
	l.answered(searchable(2))
	if late, err := l.ended(broken); len(late) > 0 || err != nil {
		t.Errorf("ended: %v, %v", late, err)
	}
	sends(t, l, 1, 3, 4)
}

func TestTheFirstAnswerTellsWhatARequestDid(t *testing.T) {
	l := books("a")
	sends(t, l, 1)
	l.answered(durable(1, created))
	_, _ = l.ended(broken)
	sends(t, l, 1)
	l.answered(durable(1, unchanged))
	if done := l.answered(searchable(1)); done.Change != created {
		t.Errorf("acknowledged: %v", done)
	}
}

func TestDurableSufficesIfAskedFor(t *testing.T) {
	l := books("a")
	l.settings.waitFor = saysov1.WaitFor_WAIT_FOR_DURABLE
	sends(t, l, 1)
	if done := l.answered(durable(1, created)); done == nil || done.Searchable {
		t.Errorf("acknowledged: %v", done)
	}
	if done := l.answered(searchable(1)); done != nil {
		t.Errorf("acknowledged twice: %v", done)
	}
	l.exhausted = true
	if !l.finished() {
		t.Error("not finished")
	}
}

func TestWhatIsRejectedForNowComesFirstAgainAfterThePause(t *testing.T) {
	l := books("a", "b")
	sends(t, l, 1, 2)
	if done := l.answered(rejected(t, 1, 50*time.Millisecond)); done != nil {
		t.Errorf("acknowledged: %v", done)
	}
	sends(t, l)
	time.Sleep(l.pause())
	sends(t, l, 1)
}

func TestWhatIsRejectedForGoodIsTold(t *testing.T) {
	l := books("a")
	sends(t, l, 1)
	if done := l.answered(rejected(t, 1, 0)); done == nil || done.Err.Code != codes.ResourceExhausted || done.Change != 0 {
		t.Errorf("acknowledged: %v", done)
	}
}

func TestAStreamThatEndsWellLeavesDurableChangesAndResendsOthers(t *testing.T) {
	l := books("a", "b")
	sends(t, l, 1, 2)
	l.answered(durable(2, created))
	if late, err := l.ended(nil); len(late) != 1 || late[0].Searchable || err != nil {
		t.Errorf("ended: %v, %v", late, err)
	}
	sends(t, l, 1)
}

func TestAllIsSaidWhenEverythingIsDurable(t *testing.T) {
	l := books("a")
	l.exhausted = true
	sends(t, l, 1)
	if l.allSaid() {
		t.Error("all is said too early")
	}
	l.answered(durable(1, created))
	if !l.allSaid() || l.finished() {
		t.Error("all is not said, or it is finished")
	}
}

func TestPatienceEnds(t *testing.T) {
	l := books("a")
	l.settings.patience = -1
	if _, err := l.ended(broken); err != broken {
		t.Errorf("ended: %v", err)
	}
}

func TestWhatDoesNotPassIsReturned(t *testing.T) {
	refused := fromStatus(status.New(codes.PermissionDenied, "no"))
	if _, err := books("a").ended(refused); err != refused {
		t.Errorf("ended: %v", err)
	}
}

func TestTheWindowIsFull(t *testing.T) {
	l := books("", "", "", "", "", "", "", "", "")
	if l.full() {
		t.Error("full too early")
	}
	l.add(Delete("x"))
	if !l.full() {
		t.Error("not full")
	}
}
