package sayso

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

// reconnectDelay lies between two attempts to reach a server that has gone.
const reconnectDelay = 500 * time.Millisecond

// An IngestOption says how to ingest.
type IngestOption func(*ingestSettings)

type ingestSettings struct {
	waitFor  saysov1.WaitFor
	window   int
	patience time.Duration
}

// WaitFor says when a request is acknowledged. Without this option, that is when every read sees its change.
func WaitFor(when saysov1.WaitFor) IngestOption { return func(s *ingestSettings) { s.waitFor = when } }

// Window says how many requests may be under way. Without this option, that is 1,000.
func Window(count int) IngestOption { return func(s *ingestSettings) { s.window = count } }

// Patience says how long to try to reach a server that gives no answer. Without this option, that is five minutes.
func Patience(long time.Duration) IngestOption { return func(s *ingestSettings) { s.patience = long } }

// Put is a request to store an article.
func Put(article *saysov1.Article) *saysov1.IngestArticlesRequest {
	put := &saysov1.PutArticleRequest{Article: article}
	return &saysov1.IngestArticlesRequest{Action: &saysov1.IngestArticlesRequest_Put{Put: put}}
}

// Delete is a request to delete an article, if it is there.
func Delete(id string) *saysov1.IngestArticlesRequest {
	request := &saysov1.DeleteArticleRequest{Id: id, AllowMissing: true}
	return &saysov1.IngestArticlesRequest{Action: &saysov1.IngestArticlesRequest_Delete{Delete: request}}
}

// Ingest puts and deletes articles, and yields what became of each, in any order.
//
// What is not acknowledged when the connection breaks is sent again, also to a server that was started anew. The requests are read
// by another goroutine, at most a window ahead of what is acknowledged; their numbers are set by this client. It ends with an error
// if the server gives no answer for too long, or refuses the stream, and when the context ends.
func (c *Client) Ingest(ctx context.Context, requests iter.Seq[*saysov1.IngestArticlesRequest], options ...IngestOption) iter.Seq2[*Acknowledgement, error] {
	settings := ingestSettings{saysov1.WaitFor_WAIT_FOR_SEARCHABLE, 1000, 5 * time.Minute}
	for _, option := range options {
		option(&settings)
	}
	return func(yield func(*Acknowledgement, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		run := &ingest{articles: c.Articles, ledger: newLedger(settings)}
		run.changed.L = &run.mutex
		defer context.AfterFunc(ctx, run.wake)()
		go run.read(ctx, requests)
		for !run.finished() {
			if !run.oneStream(ctx, yield) {
				return
			}
		}
	}
}

// An ingest is under way: one goroutine reads the source, one sends, and the caller's reads the answers.
type ingest struct {
	articles saysov1.ArticleServiceClient
	mutex    sync.Mutex
	changed  sync.Cond
	ledger   *ledger
}

// locked does something with the ledger, and tells the other goroutines.
func (i *ingest) locked(do func(*ledger)) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	do(i.ledger)
	i.changed.Broadcast()
}

// wake has the other goroutines look again at what they wait for.
func (i *ingest) wake() { i.locked(func(*ledger) {}) }

func (i *ingest) finished() (finished bool) {
	i.locked(func(l *ledger) { finished = l.finished() })
	return finished
}

// oneStream opens a stream and reads its answers to the end. It returns whether to go on.
func (i *ingest) oneStream(ctx context.Context, yield func(*Acknowledgement, error) bool) bool {
	broken, goOn := i.answers(ctx, yield)
	if !goOn {
		return false
	}
	var late []*Acknowledgement
	var failed error
	i.locked(func(l *ledger) { late, failed = l.ended(broken) })
	if failed != nil {
		yield(nil, failed)
		return false
	}
	for _, acknowledgement := range late {
		if !yield(acknowledgement, nil) {
			return false
		}
	}
	if broken == nil {
		return true
	}
	delay := max(broken.RetryDelay, reconnectDelay)
	select {
	case <-time.After(delay):
		return true
	case <-ctx.Done():
		yield(nil, fromContext(ctx))
		return false
	}
}

// answers reads the answers of one stream. It returns the error that the stream ended with, and whether the caller wants more.
func (i *ingest) answers(ctx context.Context, yield func(*Acknowledgement, error) bool) (*Error, bool) {
	ctx, cancel := context.WithCancel(ctx)
	var sender sync.WaitGroup
	// Only one goroutine may send.
	defer sender.Wait()
	defer context.AfterFunc(ctx, i.wake)()
	defer cancel()
	stream, err := i.articles.IngestArticles(ctx)
	if err != nil {
		return asIngestError(err), true
	}
	sender.Go(func() { i.send(ctx, stream) })
	for {
		answer, err := stream.Recv()
		if err != nil {
			return asIngestError(err), true
		}
		var acknowledgement *Acknowledgement
		i.locked(func(l *ledger) { acknowledgement = l.answered(answer) })
		if acknowledgement != nil && !yield(acknowledgement, nil) {
			return nil, false
		}
	}
}

// read takes requests from the source as long as there is room.
func (i *ingest) read(ctx context.Context, requests iter.Seq[*saysov1.IngestArticlesRequest]) {
	for request := range requests {
		i.mutex.Lock()
		for i.ledger.full() && ctx.Err() == nil {
			i.changed.Wait()
		}
		if ctx.Err() == nil {
			i.ledger.add(request)
		}
		i.changed.Broadcast()
		i.mutex.Unlock()
		if ctx.Err() != nil {
			return
		}
	}
	i.locked(func(l *ledger) { l.exhausted = true })
}

// send sends what is to be sent until there is nothing more, or the stream ends.
func (i *ingest) send(ctx context.Context, stream saysov1.ArticleService_IngestArticlesClient) {
	for {
		request := i.wait(ctx)
		if request == nil {
			_ = stream.CloseSend() // It never fails.
			return
		}
		if stream.Send(request) != nil {
			return // Receiving tells why.
		}
	}
}

// wait returns what to send next; nil if that is nothing, or the stream has ended.
func (i *ingest) wait(ctx context.Context) *saysov1.IngestArticlesRequest {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	for ctx.Err() == nil {
		if request := i.ledger.next(); request != nil {
			return request
		}
		if i.ledger.allSaid() {
			return nil
		}
		if pause := i.ledger.pause(); pause > 0 {
			time.AfterFunc(pause, i.wake)
		}
		i.changed.Wait()
	}
	return nil
}

func asIngestError(err error) *Error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	var e *Error
	errors.As(err, &e)
	return e
}
