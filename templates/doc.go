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
//
// # Writing a template
//
// Files of mail/ and page/ are Go's html/template, those of mail/ that end in
// .tmpl are text/template; the file article.gohtml is called with {{template
// "article" .}} from the others of its folder. Their data are the views of this package;
// letters may call
//
//	{{css "h2"}} {{tok "accent"}}    a style, a colour or width of the theme
//	{{t "letter.by" "authors" .By}}  a sentence of the message files, filled in
//	{{dots .By .ReadingTime}}        what is not empty, joined by " · "
//	{{paragraphs .Intro}}            text parted at empty lines
//	{{narrower .Width "160"}}        the width of an image that fits its place
//	{{with logo}}                    the theme's logo, if there is one
//	{{wrap}} {{underline}} {{section}} {{rule}}  of plain text
//
// and pages t, dots, paragraphs, logo, and
//
//	{{asset "app.css"}}              the address of a file of static/
//	{{webcal .Calendar}}             the address a calendar program subscribes to
//
// Values are escaped where they go. <!--[if mso]> works as it stands.
package templates
