package mailer

// Refusals are the letters of an edition that fail for what they are: refused
// by policy, or impossible to write. That is not their readers' fault, and when
// it happens to many, sending the others makes it worse.
type refusals struct {
	last  [refusalWindow]bool // a ring of the letters answered last
	next  int
	count int
}

// The edition is paused when so many of the letters answered last were refused.
const (
	refusalWindow = 100
	maxRefused    = 10
)

// add counts one more answer and reports whether there are too many refusals
// now. Only a refusal can be one too many.
func (r *refusals) add(refused bool) (tooMany bool) {
	if r.last[r.next] {
		r.count--
	}
	if r.last[r.next] = refused; refused {
		r.count++
	}
	r.next = (r.next + 1) % refusalWindow
	return refused && r.count >= maxRefused
}

// unwanted counts how a letter of an edition ended, and reports whether too
// many fail for what they are. r.mu is held.
func (r *run) unwanted(edition string, o Outcome) bool {
	if o.State != Sent && o.State != Failed {
		return false
	}
	counted := r.refused[edition]
	if counted == nil {
		counted = new(refusals)
		r.refused[edition] = counted
	}
	return counted.add(o.State == Failed && (o.Reason == PolicyRefused || o.Reason == Unwritten))
}
