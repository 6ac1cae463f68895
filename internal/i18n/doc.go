// Package i18n says what a day, a range of days, a number, a list and a
// sentence look like in a language. It does not know what they are used for.
//
// [For] finds the [Locale] of a BCP 47 tag and never fails: what is unknown is
// English. Days and numbers are written for the two dozen languages of
// calendar.go; sentences come from the files in messages/, and a publication
// may change them or add a language with files of its own ([Load]). A sentence
// that a language lacks is given in English, so a Locale may write its days in
// Polish and its sentences in English; [Locale.Words] names the language of
// the sentences.
//
// # Message files
//
// A file is named after its language: fr.yaml, en-GB.yaml. Its keys are grouped
// and a message is known by the path to it, joined by dots:
//
//	letter:
//	  by: By {authors}
//	  articles: {one: "{n} article", other: "{n} articles"}
//
// is letter.by and letter.articles. Names in braces are filled in. A message
// with plural forms has the categories of Unicode CLDR (zero, one, two, few,
// many, other) and is chosen by the placeholder n. A file need not hold every
// message, and en-GB.yaml only what differs from en.yaml. French files are
// written with ordinary spaces before : ; ? ! » and after «; what is said has
// such as no line breaks at.
//
// # Directions
//
// Text that runs the other way than the language, such as an address in an
// Arabic sentence or an Arabic name in an English one, is set between the
// Unicode isolates U+2068 and U+2069 when it is filled in. Web addresses are
// not: a mail program that makes links of plain text would take the isolate for
// a part of them.
//
// What is returned is plain text. Whoever puts it into HTML escapes it.
package i18n
