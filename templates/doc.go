// Package templates is what readers see: the letters, in HTML and plain text,
// and the public pages, with the style they share.
//
// A caller fills a view ([Digest], [HomePage], …) with words and links and
// gets bytes back. The package does not know where any of it comes from, who
// reads it, or how it is sent; it holds no clock, no address and no secret.
// What differs from reader to reader arrives as opaque tokens of letters and
// digits that pass through unchanged.
//
// Everything is built in, and every file can be replaced by one of the same
// name in the user's folder ([Load]). A mistake in such a file is told with
// its line when it is loaded, or by [Set.Check], which renders each template
// with sample data and lints the result by the same rules as our own.
//
// Letters are one hybrid table with inline styles, because that is what every
// mail program shows: names like {{css "h2"}} stand for the styles, comments
// for Outlook survive, and a letter never grows past what Gmail shows whole
// ([Budget]).
package templates
