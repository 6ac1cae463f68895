// Package content is what a publication publishes: its articles, its events,
// and the wire, the append-only list of what became public.
//
// A [Source] shows what is there. [Reconcile] compares that with what is known
// and decides, purely, what is new, edited, held, withdrawn and released; a
// store writes the decision down in one transaction. Whether something is new
// is never asked of dates or paths: every article and event owns a set of keys
// and is released once, whatever its file is called tomorrow.
//
// The package does not know mail, our feeds or SQL. Each kind of source is a
// subpackage.
package content
