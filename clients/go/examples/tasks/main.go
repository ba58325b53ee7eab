// Command tasks does the tasks of the manual, one after the other: tasks ADDRESS. The pages in docs/tasks show the parts between
// ANCHOR and ANCHOR_END.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	sayso "github.com/sayso/sayso/clients/go"
	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

// ANCHOR: put
func put(ctx context.Context, client *sayso.Client) error {
	article := &saysov1.Article{
		Id:     "tasks/port",
		Outlet: "Harbour Post",
		Title:  "Port opens again",
		Body: "🚢 “The port is open,” Ada Lind, the harbour commissioner, told reporters.\n\n" +
			"Lind said that the cranes would be inspected again in May.",
	}
	answer, err := client.Articles.PutArticle(ctx, &saysov1.PutArticleRequest{Article: article})
	if err != nil {
		return err
	}
	fmt.Println("put:", answer.Change)
	return nil
}

// ANCHOR_END: put

// ANCHOR: search
func search(ctx context.Context, client *sayso.Client) error {
	request := &saysov1.SearchSentencesRequest{Query: `cranes AND outlet:"Harbour Post"`, PageSize: 10}
	answer, err := client.Search.SearchSentences(ctx, request)
	if err != nil {
		return err
	}
	for _, hit := range answer.Hits {
		fmt.Printf("found in “%s”: %s\n", hit.Article.Title, hit.Sentence.Text)
	}
	return nil
}

// ANCHOR_END: search

// ANCHOR: quotes
func quotes(ctx context.Context, client *sayso.Client) error {
	request := &saysov1.SearchQuotesRequest{
		Speakers: []*saysov1.EntitySelector{sayso.Named("ada lind")},
		Filter:   &saysov1.ArticleFilter{Outlets: []string{"Harbour Post"}},
		OrderBy:  "publish_time desc",
	}
	for hit, err := range sayso.Hits(ctx, client.Quotes.SearchQuotes, request) {
		if err != nil {
			return err
		}
		var names []string
		for _, speaker := range hit.Quote.Speakers {
			names = append(names, speaker.Name)
		}
		fmt.Printf("%s: %s\n", strings.Join(names, ", "), hit.Quote.Text)
	}
	return nil
}

// ANCHOR_END: quotes

// ANCHOR: ingest
func ingest(ctx context.Context, client *sayso.Client) error {
	texts := []string{"“We sail at noon,” said Joren Teal.", "The ferry was late, Teal said.", ""}
	requests := func(yield func(*saysov1.IngestArticlesRequest) bool) {
		for number, text := range texts {
			article := &saysov1.Article{Id: fmt.Sprintf("tasks/ferry-%d", number), Outlet: "Harbour Post", Body: text}
			if !yield(sayso.Put(article)) {
				return
			}
		}
	}
	kept := 0
	for acknowledgement, err := range client.Ingest(ctx, requests) {
		if err != nil {
			return err
		}
		if acknowledgement.Err != nil {
			fmt.Printf("refused %s: %s\n", acknowledgement.ID, acknowledgement.Err.Reason)
			continue
		}
		kept++
	}
	fmt.Println("kept:", kept)
	return nil
}

// ANCHOR_END: ingest

// ANCHOR: pages
func pages(ctx context.Context, client *sayso.Client) error {
	request := &saysov1.ListArticlesRequest{Filter: &saysov1.ArticleFilter{Outlets: []string{"Harbour Post"}}, PageSize: 2}
	var ids []string
	for summary, err := range sayso.Articles(ctx, client.Articles.ListArticles, request) {
		if err != nil {
			return err
		}
		ids = append(ids, summary.Article.Id)
	}
	slices.Sort(ids)
	fmt.Println("articles:", strings.Join(ids, ", "))
	return nil
}

// ANCHOR_END: pages

// ANCHOR: analyze
func analyze(ctx context.Context, client *sayso.Client) error {
	answer, err := client.Analysis.Analyze(ctx, &saysov1.AnalyzeRequest{Text: "“It lifts again,” Mira Sund said of the bridge."})
	if err != nil {
		return err
	}
	for _, quote := range answer.Annotations.Quotes {
		fmt.Printf("analysed: %s, %s: %s\n", quote.Speakers[0].Name, quote.Cue.Text, quote.Text)
	}
	return nil
}

// ANCHOR_END: analyze

// ANCHOR: errors
func failures(ctx context.Context, client *sayso.Client) error {
	_, err := client.Search.SearchSentences(ctx, &saysov1.SearchSentencesRequest{Query: "harbour AND"})
	var failed *sayso.Error
	if !errors.As(err, &failed) {
		return err
	}
	fmt.Printf("error: %s in %s at byte %s\n", failed.Reason, failed.Field, failed.Metadata["position"])
	return nil
}

// patiently makes a call again while the server asks for that, or cannot be reached.
func patiently(ctx context.Context, attempts int, call func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := call(ctx)
		var failed *sayso.Error
		if !errors.As(err, &failed) || !failed.Retryable() || attempt >= attempts {
			return err
		}
		delay := failed.RetryDelay
		if delay == 0 {
			delay = time.Second << attempt
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(delay):
		}
	}
}

// ANCHOR_END: errors

// ANCHOR: spans
func spans(ctx context.Context, client *sayso.Client) error {
	answer, err := client.Articles.GetArticle(ctx, &saysov1.GetArticleRequest{Id: "tasks/port"})
	if err != nil {
		return err
	}
	for _, quote := range answer.Annotations.Quotes {
		for _, span := range quote.ContentSpans {
			fmt.Println("cut:", answer.Article.Body[span.Start:span.End])
		}
	}
	return nil
}

// ANCHOR_END: spans

func clean(ctx context.Context, client *sayso.Client) error {
	for _, name := range []string{"port", "ferry-0", "ferry-1"} {
		if _, err := client.Articles.DeleteArticle(ctx, &saysov1.DeleteArticleRequest{Id: "tasks/" + name}); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: tasks ADDRESS, such as localhost:50051")
	}
	// ANCHOR: connect
	ctx := context.Background()
	client, err := sayso.Connect(os.Args[1], sayso.WithKey(os.Getenv("SAYSO_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := patiently(ctx, 5, func(ctx context.Context) error { return put(ctx, client) }); err != nil {
		log.Fatal(err)
	}
	// ANCHOR_END: connect
	for _, task := range []func(context.Context, *sayso.Client) error{search, quotes, ingest, pages, analyze, failures, spans, clean} {
		if err := task(ctx, client); err != nil {
			log.Fatal(err)
		}
	}
}
