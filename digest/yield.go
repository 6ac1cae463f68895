package digest

import (
	"context"
	"fmt"
	"time"
)

// unknown pauses what is being sent of newsletters that no living process has
// in its configuration: nobody but an editor knows whether it should go out all
// the same. One that only this process does not know is left to those who do:
// while a new newsletter is rolled out its first edition may be here already.
func (s *Scheduler) unknown(ctx context.Context, now time.Time) {
	editions, err := s.Publisher.Store.Sending(ctx)
	if err != nil {
		s.log().Error("schedule failed", "err", fmt.Errorf("editions: %w", err))
		return
	}
	for _, e := range editions {
		if _, err := s.Publisher.Newsletter(e.Newsletter); err == nil || now.Sub(e.Published) <= silence {
			continue
		}
		all, err := s.Publisher.Store.Upheld(ctx, e.Newsletter, now)
		if err == nil && !anybody(all) {
			err = s.Publisher.Store.Pause(ctx, e.ID, "its newsletter is no longer in the configuration", now)
			s.log().Warn("edition paused: its newsletter is no longer in the configuration", "edition", e.ID)
		}
		if err != nil {
			s.log().Error("schedule failed", "edition", e.ID, "err", err)
		}
	}
}

// upholds says that this process promises n, and reports whether under the
// terms that are in force. Where they are not, the newsletter is left to the
// processes whose terms they are.
func (s *Scheduler) upholds(ctx context.Context, n *Newsletter, now time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		s.began = now
	}
	own := n.Terms()
	all, err := s.Publisher.Store.Uphold(ctx, n.Name, own, s.began, now)
	if err != nil {
		return false, fmt.Errorf("terms: %w", err)
	}
	theirs := inForce(all)
	yields := theirs != own && theirs != "" // its own may be quiet to a clock that jumped
	switch {
	case yields && s.yielded[n.Name] != theirs:
		s.log().Info("newsletter is left to processes that began later, with another configuration", "newsletter", n.Name, "here", own, "there", theirs)
	case !yields && s.yielded[n.Name] != "":
		s.log().Info("newsletter is taken up again: its configuration here is the latest that is left", "newsletter", n.Name, "here", own)
	}
	if s.yielded == nil {
		s.yielded = make(map[string]string)
	}
	s.yielded[n.Name] = ""
	if yields {
		s.yielded[n.Name] = theirs
	}
	return !yields, nil
}

// leaves reports whether an expansion is another process's: this one does not
// have the newsletter, or the schedule published the edition under other terms
// than those here. Who sends by hand says what goes out.
func (p *Publisher) leaves(ctx context.Context, x Expansion, n *Newsletter, now time.Time) (bool, error) {
	if n == nil {
		return true, nil
	}
	if x.Hand {
		return false, nil
	}
	all, err := p.Store.Upheld(ctx, x.Newsletter, now)
	if err != nil {
		return false, fmt.Errorf("terms: %w", err)
	}
	force := inForce(all)
	return force != "" && force != n.Terms(), nil
}
