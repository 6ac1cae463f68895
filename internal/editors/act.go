package editors

import "time"

// An Act is something that was done, as the log keeps it. Acts are never
// changed, and never forgotten.
type Act struct {
	N       int64 // grows with each
	At      time.Time
	Who     string // "editor maya@example.com", "command", "schedule"
	What    string // in the past: "approved"
	Subject string // a newsletter, an edition, "reader 17", an editor
	Detail  string // for people; never an address of a reader
}

// An ActQuery says which acts are wanted: the newest, newest first.
type ActQuery struct {
	Who     string // empty: of all
	Subject string // empty: about all; a newsletter's name: and about its editions
	Before  int64  // only those with smaller numbers; 0: all
	After   int64  // only those with greater numbers, and of them the oldest, still newest first; 0: all
	Limit   int    // 0: all
}
