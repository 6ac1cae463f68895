// Package digest decides what goes to whom and when: newsletters, their
// editions, the versions of an edition, and the schedule.
//
// A schedule and an editor build the same [Request] and call the same
// [Publisher.Publish]. Publishing is small: the edition and its horizon, the
// number up to which the wire is on offer. Readers are then expanded in pages,
// each reader's selection made by the pure [Slate.Select], and their
// deliveries drained by the mailer, who asks this package ([Press]) for the
// words.
//
// The promise behind it: every release a reader wanted when they were expanded
// is given to them once and only once, or is still on its way, or no longer
// holds. The bookmark of a subscription moves when a letter was accepted and
// only then.
//
// The package does not know SQL, SMTP, HTTP or YAML.
package digest
