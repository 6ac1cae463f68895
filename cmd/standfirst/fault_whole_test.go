package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// whole reports what a letter lacks: it must parse to its end, close its last
// boundary, and name each of the articles in all of its texts.
func whole(raw []byte, titles []string) error {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return fmt.Errorf("it is %q: %w", kind, err)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil {
		return err
	}
	if !bytes.HasSuffix(bytes.TrimRight(body, "\r\n"), []byte("--"+params["boundary"]+"--")) {
		return errors.New("it does not end with its boundary")
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	texts := 0
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		var r io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			r = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if end := "</html>"; strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") && !bytes.HasSuffix(bytes.TrimSpace(text), []byte(end)) {
			return fmt.Errorf("its page does not end with %s", end)
		}
		for _, title := range titles {
			if !bytes.Contains(text, []byte("called "+title)) && !bytes.Contains(text, []byte(title)) {
				return fmt.Errorf("its %s does not name %q", part.Header.Get("Content-Type"), title)
			}
		}
		texts++
	}
	if texts < 2 {
		return fmt.Errorf("it has %d texts", texts)
	}
	return nil
}
