// Command client ADDRESS SPEAKER prints the first quote of a speaker, then code and reason of the error for a quote
// that does not exist.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	saysov1 "example.com/sayso-client/gen/sayso/v1"
)

func main() {
	conn, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	quotes := saysov1.NewQuoteServiceClient(conn)
	found, err := quotes.SearchQuotes(context.Background(), &saysov1.SearchQuotesRequest{
		Speakers: []*saysov1.EntitySelector{{Selector: &saysov1.EntitySelector_Name{Name: os.Args[2]}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	quote := found.Hits[0].Quote
	fmt.Printf("%s: %s\n", quote.Speakers[0].Name, quote.Text)
	_, err = quotes.GetQuote(context.Background(), &saysov1.GetQuoteRequest{Id: "nothing#q0-1-00000000"})
	fmt.Println(status.Code(err))
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			fmt.Println("reason:", info.Reason)
		}
	}
}
