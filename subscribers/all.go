package subscribers

import (
	"context"
	"iter"
)

// A Lister lists readers in the order of their numbers: at most limit of those
// whose number is above after.
type Lister interface {
	List(ctx context.Context, after int64, limit int) ([]Entry, error)
}

// listed is how many readers are read at once.
const listed = 1000

// All goes through all readers in the order of their numbers, without holding
// more than a few of them. An error is the last that comes. Who comes meanwhile
// is among them, and who is erased may be.
func All(ctx context.Context, from Lister) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for after := int64(0); ; {
			page, err := from.List(ctx, after, listed)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, entry := range page {
				if !yield(entry, nil) {
					return
				}
				after = entry.Subscriber.ID
			}
			if len(page) < listed {
				return
			}
		}
	}
}
