package sayso

import (
	"context"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Method has one answer, such as client.Quotes.SearchQuotes.
type Method[Request proto.Message, Page any] func(context.Context, Request, ...grpc.CallOption) (Page, error)

// A Page is an answer that may have a next one.
type Page interface{ GetNextPageToken() string }

// Pages calls a method until there is no next page, and yields every answer: of a search, a list, or a long article. It ends
// with the first error.
func Pages[Request proto.Message, P Page](ctx context.Context, method Method[Request, P], request Request, options ...grpc.CallOption) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		next := proto.Clone(request).(Request)
		message := next.ProtoReflect()
		token := message.Descriptor().Fields().ByName("page_token")
		for {
			page, err := method(ctx, next, options...)
			if !yield(page, err) || err != nil || page.GetNextPageToken() == "" {
				return
			}
			message.Set(token, protoreflect.ValueOfString(page.GetNextPageToken()))
		}
	}
}

// Hits yields the hits of all pages.
func Hits[Request proto.Message, Hit any, P interface {
	Page
	GetHits() []Hit
}](ctx context.Context, method Method[Request, P], request Request, options ...grpc.CallOption) iter.Seq2[Hit, error] {
	return items(Pages(ctx, method, request, options...), func(page P) []Hit { return page.GetHits() })
}

// Articles yields the articles of all pages.
func Articles[Request proto.Message, Article any, P interface {
	Page
	GetArticles() []Article
}](ctx context.Context, method Method[Request, P], request Request, options ...grpc.CallOption) iter.Seq2[Article, error] {
	return items(Pages(ctx, method, request, options...), func(page P) []Article { return page.GetArticles() })
}

func items[P, Item any](pages iter.Seq2[P, error], of func(P) []Item) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for page, err := range pages {
			if err != nil {
				var none Item
				yield(none, err)
				return
			}
			for _, item := range of(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}
