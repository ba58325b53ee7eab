package sayso

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// An Error says why a call failed, or why an article was rejected. errors.As finds it in what calls return.
type Error struct {
	// Code is gRPC's.
	Code codes.Code
	// Message says what is wrong, and what would be accepted, for people.
	Message string
	// Reason is for programs: the name of a value of saysov1.ErrorReason without ERROR_REASON_. It is empty if the server was
	// not reached.
	Reason string
	// Field is the first field of the request that is at fault; empty if none is.
	Field string
	// Metadata tell which limit was exceeded, where a query cannot be read, and so on: the protos tell for each reason.
	Metadata map[string]string
	// RetryDelay is how long to wait before trying again, if the server tells that; otherwise 0.
	RetryDelay time.Duration

	status *status.Status
}

// Error says what is wrong.
func (e *Error) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("%s (%s)", e.Message, e.Code)
	}
	return fmt.Sprintf("%s (%s)", e.Message, e.Reason)
}

// GRPCStatus is the status with all its details, for package status of gRPC.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Is tells whether an error is that of a context that has ended.
func (e *Error) Is(target error) bool {
	return target == context.DeadlineExceeded && e.Code == codes.DeadlineExceeded ||
		target == context.Canceled && e.Code == codes.Canceled
}

// Retryable tells whether the same call may succeed later: the server asks to try again, or the connection broke.
func (e *Error) Retryable() bool {
	switch e.Code {
	case codes.Unavailable:
		return true
	case codes.Internal, codes.Unknown:
		// Without a reason, the error is of the connection, or of something in between.
		return e.Reason == "" || e.RetryDelay > 0
	default:
		return e.RetryDelay > 0
	}
}

// StatusError is the error that a message tells: of a request in a batch or stream.
func StatusError(told *spb.Status) *Error { return fromStatus(status.FromProto(told)) }

func fromStatus(told *status.Status) *Error {
	e := &Error{Code: told.Code(), Message: told.Message(), status: told}
	switch told.Code() {
	// Noticed on this side, these come without details. The server gives them reasons of the same names.
	case codes.Canceled:
		e.Reason = "CANCELLED"
	case codes.DeadlineExceeded:
		e.Reason = "DEADLINE_EXCEEDED"
	}
	for _, detail := range told.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			e.Reason, e.Metadata = detail.Reason, detail.Metadata
		case *errdetails.BadRequest:
			if len(detail.FieldViolations) > 0 {
				e.Field = detail.FieldViolations[0].Field
			}
		case *errdetails.RetryInfo:
			e.RetryDelay = detail.RetryDelay.AsDuration()
		}
	}
	return e
}

// asError makes an Error of what gRPC returns. The end of a stream stays what it is.
func asError(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return fromStatus(status.Convert(err))
}

func unaryErrors(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	return asError(invoke(ctx, method, request, reply, conn, options...))
}

func streamErrors(ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := open(ctx, description, conn, method, options...)
	if err != nil {
		return nil, asError(err)
	}
	return errorStream{stream}, nil
}

// errorStream is a stream whose errors are Errors.
type errorStream struct{ grpc.ClientStream }

func (s errorStream) SendMsg(message any) error { return asError(s.ClientStream.SendMsg(message)) }
func (s errorStream) RecvMsg(message any) error { return asError(s.ClientStream.RecvMsg(message)) }

// fromContext is the error of a context that has ended.
func fromContext(ctx context.Context) *Error { return fromStatus(status.FromContextError(ctx.Err())) }
