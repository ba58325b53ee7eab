package sayso

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	saysov1 "github.com/sayso/sayso/clients/go/sayso/v1"
)

// mostBytes is what an answer may have: ServerLimits.answer_bytes, and some room. gRPC takes 4 MiB by default.
const mostBytes = 65 << 20

// serviceConfig gives calls retries. What Ingest sends again needs none.
const serviceConfig = `{"methodConfig": [
	{"name": [{}], "retryPolicy": {
		"maxAttempts": 5, "initialBackoff": "0.2s", "maxBackoff": "5s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]
	}},
	{"name": [{"service": "sayso.v1.ArticleService", "method": "IngestArticles"}]}
]}`

// A Client calls a server. It may be used by many goroutines.
type Client struct {
	Analysis  saysov1.AnalyzeServiceClient
	Articles  saysov1.ArticleServiceClient
	Entities  saysov1.EntityServiceClient
	Quotes    saysov1.QuoteServiceClient
	Search    saysov1.SearchServiceClient
	Server    saysov1.ServerServiceClient
	Snapshots saysov1.SnapshotServiceClient

	conn *grpc.ClientConn
}

// An Option says how to connect.
type Option func(*settings) error

type settings struct {
	key       string
	transport credentials.TransportCredentials
	timeout   time.Duration
	dial      []grpc.DialOption
}

// WithKey sends an API key or token with every call.
func WithKey(key string) Option {
	return func(s *settings) error {
		s.key = key
		return nil
	}
}

// WithTLS encrypts. A nil configuration trusts the authorities of the system.
func WithTLS(config *tls.Config) Option {
	return func(s *settings) error {
		s.transport = credentials.NewTLS(config)
		return nil
	}
}

// WithAuthority encrypts, and trusts the authority whose certificate is in a PEM file, and no other.
func WithAuthority(file string) Option {
	return func(s *settings) error {
		pem, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return fmt.Errorf("%s: expected a certificate in PEM", file)
		}
		s.transport = credentials.NewTLS(&tls.Config{RootCAs: pool})
		return nil
	}
}

// WithTimeout sets the deadline of calls whose context has none. It is 60 seconds without this option.
func WithTimeout(timeout time.Duration) Option {
	return func(s *settings) error {
		s.timeout = timeout
		return nil
	}
}

// WithDialOptions passes options to gRPC.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) error {
		s.dial = append(s.dial, options...)
		return nil
	}
}

// Connect makes a client of the server at an address like "localhost:50051". It connects with the first call, and without
// encryption unless an option says otherwise.
func Connect(address string, options ...Option) (*Client, error) {
	s := settings{transport: insecure.NewCredentials(), timeout: time.Minute}
	for _, option := range options {
		if err := option(&s); err != nil {
			return nil, err
		}
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(s.transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(mostBytes)),
		// Notices a server that has gone without a word.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: time.Minute}),
		grpc.WithChainUnaryInterceptor(unaryErrors, deadline(s.timeout)),
		grpc.WithStreamInterceptor(streamErrors),
	}
	if s.key != "" {
		dial = append(dial, grpc.WithPerRPCCredentials(bearer(s.key)))
	}
	conn, err := grpc.NewClient(address, append(dial, s.dial...)...)
	if err != nil {
		return nil, err
	}
	return &Client{
		Analysis:  saysov1.NewAnalyzeServiceClient(conn),
		Articles:  saysov1.NewArticleServiceClient(conn),
		Entities:  saysov1.NewEntityServiceClient(conn),
		Quotes:    saysov1.NewQuoteServiceClient(conn),
		Search:    saysov1.NewSearchServiceClient(conn),
		Server:    saysov1.NewServerServiceClient(conn),
		Snapshots: saysov1.NewSnapshotServiceClient(conn),
		conn:      conn,
	}, nil
}

// Conn is the connection, for other services of the server: health and reflection.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Close closes the connection. Calls that are open are cancelled.
func (c *Client) Close() error { return c.conn.Close() }

// deadline is that of calls whose context has none, but for those that take as long as there is to do. In a service config, it would be
// the longest that a caller can set.
func deadline(timeout time.Duration) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		switch method {
		case saysov1.ArticleService_DeleteArticles_FullMethodName, saysov1.ArticleService_ApplyRetention_FullMethodName,
			saysov1.ServerService_Reindex_FullMethodName,
			saysov1.SnapshotService_CreateSnapshot_FullMethodName, saysov1.SnapshotService_VerifySnapshot_FullMethodName,
			saysov1.SnapshotService_DeleteSnapshot_FullMethodName:
		default:
			if _, set := ctx.Deadline(); !set {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, timeout)
				defer cancel()
			}
		}
		return invoke(ctx, method, request, reply, conn, options...)
	}
}

// bearer is a key that is sent with every call, also where nothing is encrypted.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

func (bearer) RequireTransportSecurity() bool { return false }
