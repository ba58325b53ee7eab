// Command ingestlines puts articles from JSON Lines on standard input, and prints who says something in them: ingestlines ADDRESS.
//
//	echo '{"id": "diary/1", "body": "“The port is open,” Ada Lind told reporters."}' | go run ./examples/ingestlines localhost:50051
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"log"
	"os"

	"google.golang.org/protobuf/encoding/protojson"

	sayso "github.com/sayso/sayso/clients/go"
	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: ingestlines ADDRESS, such as localhost:50051, with articles as JSON Lines on standard input")
	}
	client, err := sayso.Connect(os.Args[1], sayso.WithKey(os.Getenv("SAYSO_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := run(context.Background(), client); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, client *sayso.Client) error {
	var ids []string
	var unread error
	for acknowledgement, err := range client.Ingest(ctx, articles(os.Stdin, &unread)) {
		if err != nil {
			return err
		}
		if acknowledgement.Err != nil {
			log.Printf("%s: %v", acknowledgement.ID, acknowledgement.Err)
			continue
		}
		ids = append(ids, acknowledgement.ID)
	}
	if unread != nil {
		return unread
	}
	request := &saysov1.SearchQuotesRequest{Filter: &saysov1.ArticleFilter{ArticleIds: ids}}
	for hit, err := range sayso.Hits(ctx, client.Quotes.SearchQuotes, request) {
		if err != nil {
			return err
		}
		for _, speaker := range hit.Quote.Speakers {
			fmt.Printf("%s: %s\n", speaker.Name, hit.Quote.Text)
		}
	}
	return nil
}

// articles are requests to put those of the lines. What is wrong with a line ends them, and is left in unread.
func articles(lines io.Reader, unread *error) iter.Seq[*saysov1.IngestArticlesRequest] {
	return func(yield func(*saysov1.IngestArticlesRequest) bool) {
		scanner := bufio.NewScanner(lines)
		scanner.Buffer(nil, 4<<20)
		for scanner.Scan() {
			article := &saysov1.Article{}
			if *unread = protojson.Unmarshal(scanner.Bytes(), article); *unread != nil || !yield(sayso.Put(article)) {
				return
			}
		}
		*unread = scanner.Err()
	}
}
