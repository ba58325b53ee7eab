package sayso

import (
	"slices"
	"time"

	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

// An Acknowledgement says what became of one request of an ingest.
type Acknowledgement struct {
	// Request is the request, as it was given.
	Request *saysov1.IngestArticlesRequest
	// ID is the article's, as given or as made by the server.
	ID string
	// Change is what the write did; unspecified if it was not made.
	Change saysov1.ArticleChange
	// Revision and Etag are the article's present ones; 0 and empty if it was deleted.
	Revision int64
	Etag     string
	// Searchable tells whether every read sees the change already.
	Searchable bool
	// Err says why the change was not made; nil if it was.
	Err *Error
}

// An entry is a request that is not acknowledged yet.
type entry struct {
	request *saysov1.IngestArticlesRequest
	durable *saysov1.IngestArticlesResponse_DurableEvent
}

func (e *entry) id() string {
	if put := e.request.GetPut(); put != nil {
		return put.GetArticle().GetId()
	}
	return e.request.GetDelete().GetId()
}

func (e *entry) acknowledge(searchable bool) *Acknowledgement {
	return &Acknowledgement{
		Request:    e.request,
		ID:         e.durable.Id,
		Change:     e.durable.Change,
		Revision:   e.durable.Revision,
		Etag:       e.durable.Etag,
		Searchable: searchable,
	}
}

// A ledger knows of every request of an ingest how far it has come. It knows no streams and no goroutines.
//
// A request for an article is sent only when earlier ones for the same article are acknowledged, so that one that is sent again
// never undoes a later one.
type ledger struct {
	settings ingestSettings
	entries  map[int64]*entry
	// unsent are the numbers of what is to be sent, in that order.
	unsent   []int64
	busy     map[string]bool
	last     int64
	progress time.Time
	resume   time.Time
	// exhausted tells whether the source has ended.
	exhausted bool
}

func newLedger(settings ingestSettings) *ledger {
	return &ledger{settings: settings, entries: map[int64]*entry{}, busy: map[string]bool{}, progress: time.Now()}
}

// full tells whether so many requests are under way that no more should be read from the source.
func (l *ledger) full() bool { return len(l.entries) >= l.settings.window }

// finished tells whether everything is acknowledged.
func (l *ledger) finished() bool { return l.exhausted && len(l.entries) == 0 }

// allSaid tells whether nothing will have to be sent any more, unless the stream breaks.
func (l *ledger) allSaid() bool {
	if !l.exhausted || len(l.unsent) > 0 {
		return false
	}
	for _, entry := range l.entries {
		if entry.durable == nil {
			return false
		}
	}
	return true
}

// pause is for how long nothing should be sent, because the server asked for that.
func (l *ledger) pause() time.Duration { return max(0, time.Until(l.resume)) }

// add takes in a request from the source.
func (l *ledger) add(request *saysov1.IngestArticlesRequest) {
	l.last++
	l.entries[l.last] = &entry{request: request}
	l.unsent = append(l.unsent, l.last)
}

// next is what to send now; nil if there is nothing, or if it has to wait.
func (l *ledger) next() *saysov1.IngestArticlesRequest {
	if len(l.unsent) == 0 || l.pause() > 0 {
		return nil
	}
	sequence := l.unsent[0]
	entry := l.entries[sequence]
	id := entry.id()
	if l.busy[id] {
		return nil
	}
	if id != "" {
		l.busy[id] = true
	}
	l.unsent = l.unsent[1:]
	return &saysov1.IngestArticlesRequest{ClientSequence: sequence, Action: entry.request.Action}
}

// answered notes an answer, and returns the acknowledgement if it is the last one of its request.
func (l *ledger) answered(answer *saysov1.IngestArticlesResponse) *Acknowledgement {
	sequence := answer.ClientSequence
	entry := l.entries[sequence]
	if entry == nil {
		return nil
	}
	l.progress = time.Now()
	switch event := answer.Event.(type) {
	case *saysov1.IngestArticlesResponse_Durable:
		if entry.durable == nil {
			// Sent again after the connection broke, the change is made already; the first answer tells what it did.
			entry.durable = event.Durable
		}
		if l.settings.waitFor == saysov1.WaitFor_WAIT_FOR_DURABLE {
			return l.close(sequence, entry.acknowledge(false))
		}
	case *saysov1.IngestArticlesResponse_Searchable:
		return l.close(sequence, entry.acknowledge(true))
	case *saysov1.IngestArticlesResponse_Rejected:
		return l.rejected(sequence, entry, event.Rejected)
	}
	return nil
}

func (l *ledger) rejected(sequence int64, entry *entry, event *saysov1.IngestArticlesResponse_RejectedEvent) *Acknowledgement {
	err := StatusError(event.Status)
	if !event.Retryable {
		return l.close(sequence, &Acknowledgement{Request: entry.request, ID: event.Id, Err: err})
	}
	delete(l.busy, entry.id())
	l.unsent = slices.Insert(l.unsent, 0, sequence)
	delay := err.RetryDelay
	if delay == 0 {
		delay = time.Second
	}
	l.resume = time.Now().Add(delay)
	return nil
}

func (l *ledger) close(sequence int64, acknowledgement *Acknowledgement) *Acknowledgement {
	delete(l.busy, l.entries[sequence].id())
	delete(l.entries, sequence)
	return acknowledgement
}

// ended notes that the stream has ended, with an error or well. What is not acknowledged is to be sent again. It returns what does
// not pass, and what is acknowledged now: a stream that ends well has made durable what it answered; while the indexes cannot
// follow, that is all.
func (l *ledger) ended(err *Error) ([]*Acknowledgement, error) {
	if err != nil && (!err.Retryable() || time.Since(l.progress) > l.settings.patience) {
		return nil, err
	}
	var late []*Acknowledgement
	l.unsent = nil
	for sequence, entry := range l.entries {
		if err == nil && entry.durable != nil {
			late = append(late, l.close(sequence, entry.acknowledge(false)))
		} else {
			l.unsent = append(l.unsent, sequence)
		}
	}
	slices.Sort(l.unsent)
	clear(l.busy)
	return late, nil
}
