// Package subscribers is how people come, choose and leave: readers, their
// subscriptions and wishes, the addresses that must not be written to, the
// links in their letters, and the CSV files they are imported from and
// exported to.
//
// It does not know what a digest holds, how mail is sent, or SQL.
package subscribers
