// Command conformance carries out the commands of clients/conformance with this client: conformance ADDRESS CA.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sayso "github.com/sayso/sayso/clients/go"
	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

// A command is one line of standard input.
type command struct {
	Kind, Method, Path, Requests string
	Key                          *string
	Request                      json.RawMessage
	Timeout, CancelAfter         float64
	Bytes                        []byte
}

// A failure is an error as JSON.
type failure struct {
	Code       string            `json:"code"`
	Message    string            `json:"message"`
	Reason     string            `json:"reason"`
	Field      string            `json:"field"`
	Metadata   map[string]string `json:"metadata"`
	RetryDelay float64           `json:"retryDelay"`
}

// An acknowledgement is one of an ingest as JSON.
type acknowledgement struct {
	ID         string   `json:"id"`
	Change     string   `json:"change,omitempty"`
	Searchable bool     `json:"searchable"`
	Error      *failure `json:"error,omitempty"`
}

func main() {
	clients := map[string]*sayso.Client{}
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return
		}
		check(err)
		var given command
		check(json.Unmarshal(line, &given))
		var options []sayso.Option
		name := ""
		if given.Key != nil {
			name = *given.Key
			options = append(options, sayso.WithKey(name))
		}
		if clients[name] == nil {
			clients[name], err = sayso.Connect(os.Args[1], append(options, sayso.WithAuthority(os.Args[2]))...)
			check(err)
		}
		answer, err := perform(clients[name], &given)
		var failed *sayso.Error
		switch {
		case err == nil:
			check(output.Encode(map[string]any{"answer": answer}))
		case errors.As(err, &failed):
			check(output.Encode(map[string]any{"error": told(failed)}))
		default:
			check(err)
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func told(e *sayso.Error) *failure {
	return &failure{code.Code_name[int32(e.Code)], e.Message, e.Reason, e.Field, e.Metadata, e.RetryDelay.Seconds()}
}

func perform(client *sayso.Client, given *command) (any, error) {
	ctx := context.Background()
	var cancel context.CancelFunc
	if given.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, seconds(given.Timeout))
		defer cancel()
	}
	if given.CancelAfter > 0 {
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		time.AfterFunc(seconds(given.CancelAfter), cancel)
	}
	switch given.Kind {
	case "call":
		return call(ctx, client, given)
	case "pages":
		return pages(ctx, client, given)
	case "ingest":
		return ingest(ctx, client, given.Requests)
	case "slices":
		return slices(ctx, client, given.Request)
	case "raw":
		var answer []byte
		return struct{}{}, client.Conn().Invoke(ctx, given.Path, &given.Bytes, &answer, grpc.ForceCodec(raw{}))
	default:
		return nil, fmt.Errorf("no command is called %s", given.Kind)
	}
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

// method is what a command names, and its request.
func method(given *command) (protoreflect.MethodDescriptor, proto.Message, error) {
	service, name, _ := bytes.Cut([]byte(given.Method), []byte("/"))
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		return nil, nil, err
	}
	described := found.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(name))
	request := message(described.Input())
	return described, request, protojson.Unmarshal(given.Request, request)
}

func message(of protoreflect.MessageDescriptor) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	check(err)
	return found.New().Interface()
}

func asJSON(message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	check(err)
	return text
}

func call(ctx context.Context, client *sayso.Client, given *command) (any, error) {
	method, request, err := method(given)
	if err != nil {
		return nil, err
	}
	path := "/" + given.Method
	if !method.IsStreamingServer() {
		answer := message(method.Output())
		err := client.Conn().Invoke(ctx, path, request, answer)
		return asJSON(answer), err
	}
	stream, err := client.Conn().NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(stream.SendMsg(request), stream.CloseSend()); err != nil {
		return nil, err
	}
	var messages []json.RawMessage
	for {
		answer := message(method.Output())
		if err := stream.RecvMsg(answer); errors.Is(err, io.EOF) {
			return map[string]any{"messages": messages}, nil
		} else if err != nil {
			return nil, err
		}
		messages = append(messages, asJSON(answer))
	}
}

// A page is an answer of any method with pages.
type page interface {
	proto.Message
	sayso.Page
}

func pages(ctx context.Context, client *sayso.Client, given *command) (any, error) {
	method, request, err := method(given)
	if err != nil {
		return nil, err
	}
	invoke := func(ctx context.Context, request proto.Message, options ...grpc.CallOption) (page, error) {
		answer := message(method.Output())
		err := client.Conn().Invoke(ctx, "/"+given.Method, request, answer, options...)
		return answer.(page), err
	}
	var answers []json.RawMessage
	for answer, err := range sayso.Pages(ctx, invoke, request) {
		if err != nil {
			return nil, err
		}
		answers = append(answers, asJSON(answer))
	}
	return map[string]any{"pages": answers}, nil
}

func ingest(ctx context.Context, client *sayso.Client, file string) (any, error) {
	lines, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	acknowledged := []acknowledgement{}
	for one, err := range client.Ingest(ctx, requests(lines)) {
		switch {
		case err != nil:
			return nil, err
		case one.Err != nil:
			acknowledged = append(acknowledged, acknowledgement{ID: one.ID, Error: told(one.Err)})
		default:
			acknowledged = append(acknowledged, acknowledgement{one.ID, one.Change.String(), one.Searchable, nil})
		}
	}
	return map[string]any{"acknowledgements": acknowledged}, nil
}

// requests are those of a file, one a line.
func requests(file io.Reader) iter.Seq[*saysov1.IngestArticlesRequest] {
	return func(yield func(*saysov1.IngestArticlesRequest) bool) {
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 4<<20)
		for lines.Scan() {
			request := &saysov1.IngestArticlesRequest{}
			check(protojson.Unmarshal(lines.Bytes(), request))
			if !yield(request) {
				return
			}
		}
		check(lines.Err())
	}
}

// slices are the sentences of an article, cut out of its body.
func slices(ctx context.Context, client *sayso.Client, given json.RawMessage) (any, error) {
	request := &saysov1.GetArticleRequest{}
	check(protojson.Unmarshal(given, request))
	found, err := client.Articles.GetArticle(ctx, request)
	if err != nil {
		return nil, err
	}
	var sentences []string
	for _, sentence := range found.Annotations.Sentences {
		sentences = append(sentences, found.Article.Body[sentence.Span.Start:sentence.Span.End])
	}
	return map[string]any{"slices": sentences}, nil
}

// raw sends bytes as they are.
type raw struct{}

func (raw) Marshal(value any) ([]byte, error) { return *value.(*[]byte), nil }
func (raw) Name() string                      { return "proto" }
func (raw) Unmarshal(data []byte, value any) error {
	*value.(*[]byte) = data
	return nil
}
