package markup

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
)

// patience is how long one text may take to render.
const patience = 5 * time.Second

// ErrTooSlow says that a text took more than five seconds to render.
var ErrTooSlow = errors.New("the text takes too long to render")

// Markdown renders a text and makes it fit as [HTML] does: CommonMark with
// GitHub's tables, task lists and strikethrough, footnotes, definition lists
// and typographic punctuation, whose quotation marks are English and so are
// only set where lang is, or is not said. Its own HTML is allowed and cleaned.
//
// What is known to take a parser minutes is refused beforehand with an
// [*Excess]. What we do not know of meets the patience of five seconds, after
// which the answer is ErrTooSlow, though a renderer that runs cannot be
// stopped: it is left to end by itself.
func Markdown(src, lang string, at Page) (Body, error) {
	if err := inspect(src); err != nil {
		return Body{}, err
	}
	type result struct {
		html string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		s, err := render(src, lang)
		done <- result{s, err}
	}()
	slow := time.NewTimer(patience)
	defer slow.Stop()
	select {
	case r := <-done:
		if r.err != nil {
			return Body{}, r.err
		}
		return HTML(r.html, at)
	case <-slow.C:
		return Body{}, ErrTooSlow
	}
}

// render runs goldmark, whose panics are ours to catch.
func render(src, lang string) (s string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("markdown: %v", r)
		}
	}()
	md := plainQuotes
	if l := strings.ToLower(lang); l == "" || l == "en" || strings.HasPrefix(l, "en-") {
		md = englishQuotes
	}
	var b bytes.Buffer
	if err := md.Convert([]byte(src), &b); err != nil {
		return "", fmt.Errorf("markdown: %w", err)
	}
	return b.String(), nil
}

var (
	englishQuotes = newGoldmark(nil)
	plainQuotes   = newGoldmark(extension.TypographicSubstitutions{
		extension.LeftSingleQuote: nil, extension.RightSingleQuote: nil,
		extension.LeftDoubleQuote: nil, extension.RightDoubleQuote: nil,
		extension.LeftAngleQuote: nil, extension.RightAngleQuote: nil, extension.Apostrophe: []byte("’"),
	})
)

func newGoldmark(subst extension.TypographicSubstitutions) goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(
			extension.GFM, extension.Footnote, extension.DefinitionList,
			extension.NewTypographer(extension.WithTypographicSubstitutions(subst)),
		),
		goldmark.WithParserOptions(parser.WithAttribute()), // "# Title {#anchor}" is not part of the title
		goldmark.WithRendererOptions(html.WithUnsafe()),    // what is unsafe is for HTML to take out
	)
}
