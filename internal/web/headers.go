package web

import (
	"bytes"
	"maps"
	"net/http"
)

// headers are what many answers begin with, made once: as net/http has them, and
// as lines that go out as they are. Net/http copies, sorts and writes a map for
// each answer, which for a dozen headers takes a tenth of the time that the
// answer of a feed takes.
type headers struct {
	header http.Header
	lines  []byte
}

// newHeaders returns these, which are not changed afterwards.
func newHeaders(h http.Header) headers {
	var b bytes.Buffer
	_ = h.Write(&b) // a buffer takes everything
	return headers{header: h, lines: b.Bytes()}
}

// set gives an answer these headers: to the connection, unless that is nil, which
// is for an answer at which nobody looks afterwards.
func (h *headers) set(w http.ResponseWriter, l *line) {
	if l != nil {
		l.lead(h.lines)
		return
	}
	maps.Copy(w.Header(), h.header)
}
