// Package sayso is a client for Sayso, which finds who said what in news articles.
//
// [Connect] makes a [Client], whose fields are the generated stubs of package saysov1. Calls send the key, have a deadline, are
// tried again while the server cannot be reached, and fail with an [Error]. [Hits], [Articles] and [Pages] read all pages of an
// answer, and [Client.Ingest] puts and deletes articles. Spans count bytes of UTF-8, as slices of Go's strings do.
package sayso
