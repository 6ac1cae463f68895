package i18n

import (
	"slices"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// longestWish is the most bytes of an Accept-Language header that are read.
// Browsers send fewer than a hundred; what is longer wishes for nothing.
const longestWish = 256

// Accept returns the locale that a browser wishes for, by the value of its
// Accept-Language header (RFC 9110, 12.5.4): the first of its languages that
// the catalogue has sentences in, or the publication's, own, if it wishes for
// none of them or says nothing that makes sense.
//
// Regions are the catalogue's and not the browser's: who wishes for de-AT gets
// de, and who wishes for any English of a publication in en-GB gets en-GB. So
// there are no more answers than languages, and caches can hold them all.
func (c *Catalog) Accept(header, own string) *Locale {
	if header != "" && len(header) <= longestWish {
		wishes, _, err := language.ParseAcceptLanguage(header)
		if err != nil {
			wishes = nil
		}
		for _, wish := range wishes {
			if l := c.like(wish, own); l != nil {
				return l
			}
		}
	}
	return c.First(own)
}

// Like returns the locale for a tag by the rules of [Catalog.Accept]; nil if the
// catalogue has no sentences in its language.
func (c *Catalog) Like(tag, own string) *Locale {
	t, err := parseTag(tag)
	if err != nil {
		return nil
	}
	return c.like(t, own)
}

func (c *Catalog) like(t language.Tag, own string) *Locale {
	tag := c.nearest(t)
	if tag == "" {
		return nil
	}
	if o, err := parseTag(own); err == nil && own != "" {
		a, _ := o.Base()
		if b, _ := t.Base(); a == b {
			return c.First(own)
		}
	}
	return c.For(tag)
}

// nearest returns the tag of the message file for a language: its own, that of
// the language without its region, or else that of another region; empty, if
// there is none, or it is not offered.
func (c *Catalog) nearest(t language.Tag) string {
	for _, f := range c.filesOf(t) {
		if c.only == nil || c.only[f.tag] {
			return f.tag
		}
	}
	b, _ := t.Base()
	script, _ := t.Script()
	for _, tag := range c.Languages() {
		of := c.files[tag].lang
		ofScript, _ := of.Script()
		if ofBase, _ := of.Base(); ofBase == b && ofScript == script && (c.only == nil || c.only[tag]) {
			return tag
		}
	}
	return ""
}

// Offer returns the languages that a page can be had in, by the rules of
// [Catalog.Accept]: own first, then one for each other language there is a
// message file of, sorted by tag.
func (c *Catalog) Offer(own string) []*Locale {
	mine := c.First(own)
	offer := []*Locale{mine}
	for _, tag := range c.Languages() {
		if len(c.filesOf(c.files[tag].lang)) > 1 {
			continue // en-GB beside en is no language of its own
		}
		l := c.Like(tag, own)
		if l == nil {
			continue // not offered
		}
		if !slices.ContainsFunc(offer, func(o *Locale) bool { return base(o.Words) == base(l.Words) }) {
			offer = append(offer, l)
		}
	}
	return offer
}

// Name returns what a language calls itself, as its own message file says;
// its tag, if the file does not.
func (l *Locale) Name() string {
	for _, f := range l.files {
		if base(f.tag) != base(l.Words) {
			break // the English that stands in would call every language English
		}
		if m, ok := f.messages["site.language"]; ok {
			return m.forms[plural.Other]
		}
	}
	return l.Tag
}
