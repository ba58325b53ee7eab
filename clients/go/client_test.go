package sayso_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sayso "github.com/sayso/sayso/clients/go"
	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

const text = "Café Zoë 🍰 closes. “The cakes were never the problem,” said Zoë Ängström."

// connect makes a client of the server with the samples, at SAYSO_ADDRESS.
func connect(t *testing.T, options ...sayso.Option) *sayso.Client {
	t.Helper()
	address := os.Getenv("SAYSO_ADDRESS")
	if address == "" {
		t.Fatal("SAYSO_ADDRESS must name a server with the samples")
	}
	return connectTo(t, address, options...)
}

func connectTo(t *testing.T, address string, options ...sayso.Option) *sayso.Client {
	t.Helper()
	client, err := sayso.Connect(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// nobody is an address where nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer free.Close()
	return free.Addr().String()
}

// failure expects an error of a call.
func failure(t *testing.T, err error) *sayso.Error {
	t.Helper()
	var failed *sayso.Error
	if !errors.As(err, &failed) {
		t.Fatalf("%v is no Error", err)
	}
	return failed
}

func TestHitsYieldsThoseOfAllPages(t *testing.T) {
	client := connect(t)
	request := &saysov1.SearchQuotesRequest{PageSize: 7}
	seen := map[string]bool{}
	for hit, err := range sayso.Hits(t.Context(), client.Quotes.SearchQuotes, request) {
		if err != nil {
			t.Fatal(err)
		}
		seen[hit.Quote.Id] = true
	}
	pages := 0
	for page, err := range sayso.Pages(t.Context(), client.Quotes.SearchQuotes, request) {
		if err != nil {
			t.Fatal(err)
		}
		pages++
		if page.Total.Count != int64(len(seen)) {
			t.Errorf("%d of %d quotes came", len(seen), page.Total.Count)
		}
	}
	if pages < 2 || pages != (len(seen)+6)/7 || request.PageToken != "" {
		t.Errorf("%d pages of %d quotes", pages, len(seen))
	}
}

func TestArticlesYieldsThoseOfAllPages(t *testing.T) {
	client := connect(t)
	count := 0
	filter := &saysov1.ArticleFilter{Outlets: []string{"Continental Press", "Northern Wire", "Veld Courier"}}
	for summary, err := range sayso.Articles(t.Context(), client.Articles.ListArticles, &saysov1.ListArticlesRequest{PageSize: 2, Filter: filter}) {
		if err != nil || summary.Article.Id == "" {
			t.Fatal(err)
		}
		count++
	}
	if count < 3 {
		t.Errorf("%d articles", count)
	}
}

func TestSpansCutStrings(t *testing.T) {
	found, err := connect(t).Analysis.Analyze(t.Context(), &saysov1.AnalyzeRequest{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	for _, sentence := range found.Annotations.Sentences {
		if cut := text[sentence.Span.Start:sentence.Span.End]; cut != sentence.Text {
			t.Errorf("cut %q, expected %q", cut, sentence.Text)
		}
	}
}

func TestAnErrorTellsReasonFieldAndMetadata(t *testing.T) {
	_, err := connect(t).Search.SearchSentences(t.Context(), &saysov1.SearchSentencesRequest{Query: "foo:bar"})
	failed := failure(t, err)
	if failed.Code != codes.InvalidArgument || failed.Reason != "QUERY_SYNTAX" || failed.Field != "query" || failed.Metadata["position"] != "0" || failed.Retryable() {
		t.Errorf("%+v", failed)
	}
	if status.Code(err) != codes.InvalidArgument || len(status.Convert(err).Details()) != 2 {
		t.Errorf("the status is %v", status.Convert(err))
	}
}

func TestCallsHaveADeadlineByDefault(t *testing.T) {
	client := connect(t, sayso.WithTimeout(time.Microsecond))
	_, err := client.Server.GetServerInfo(t.Context(), &saysov1.GetServerInfoRequest{})
	if failure(t, err).Reason != "DEADLINE_EXCEEDED" || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	// Another one may be longer, too.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := client.Server.GetServerInfo(ctx, &saysov1.GetServerInfoRequest{}); err != nil {
		t.Error(err)
	}
}

func TestCallsAreTriedAgainWhereNobodyListens(t *testing.T) {
	begun := time.Now()
	_, err := connectTo(t, nobody(t)).Server.GetServerInfo(t.Context(), &saysov1.GetServerInfoRequest{})
	if failed := failure(t, err); !failed.Retryable() || failed.Reason != "" || time.Since(begun) < 100*time.Millisecond {
		t.Errorf("%+v after %v", failed, time.Since(begun))
	}
}

func TestAFileThatIsNoCertificateIsRefused(t *testing.T) {
	if _, err := sayso.Connect("localhost:1", sayso.WithAuthority("go.mod")); err == nil {
		t.Error("it is taken")
	}
}

// endless are requests without an end for fifty articles.
func endless() iter.Seq[*saysov1.IngestArticlesRequest] {
	return func(yield func(*saysov1.IngestArticlesRequest) bool) {
		for number := 0; yield(sayso.Put(&saysov1.Article{Id: fmt.Sprintf("left/%d", number%50), Body: fmt.Sprintf("He said %d.", number)})); number++ {
		}
	}
}

func TestIngestMayBeLeft(t *testing.T) {
	client := connect(t)
	count := 0
	for _, err := range client.Ingest(t.Context(), endless()) {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count == 60 {
			break
		}
	}
	var deletes []*saysov1.IngestArticlesRequest
	for number := range 50 {
		deletes = append(deletes, sayso.Delete(fmt.Sprintf("left/%d", number)))
	}
	count = 0
	for acknowledgement, err := range client.Ingest(t.Context(), slices.Values(deletes), sayso.WaitFor(saysov1.WaitFor_WAIT_FOR_DURABLE)) {
		if err != nil || acknowledgement.Err != nil {
			t.Fatal(err, acknowledgement)
		}
		count++
	}
	if count != 50 {
		t.Errorf("%d deletes are acknowledged", count)
	}
}

func TestIngestEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range connect(t).Ingest(ctx, endless()) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Error(last)
	}
}

func TestIngestGivesUpWhereNobodyListens(t *testing.T) {
	requests := slices.Values([]*saysov1.IngestArticlesRequest{sayso.Delete("x")})
	var last error
	for _, err := range connectTo(t, nobody(t)).Ingest(t.Context(), requests, sayso.Patience(time.Second)) {
		last = err
	}
	if !failure(t, last).Retryable() {
		t.Error(last)
	}
}
