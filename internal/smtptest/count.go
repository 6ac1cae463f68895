package smtptest

import "slices"

// Letters returns what was taken, in order.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.letters)
}

// ByMessageID counts the letters taken by their Message-ID.
func (s *Server) ByMessageID() map[string]int {
	return s.count(func(l Letter) string { return l.MessageID })
}

// ByRecipient counts the letters taken by their recipient.
func (s *Server) ByRecipient() map[string]int {
	return s.count(func(l Letter) string { return l.To })
}

func (s *Server) count(key func(Letter) string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := make(map[string]int)
	for _, l := range s.letters {
		n[key(l)]++
	}
	return n
}

// Connections returns how many connections were made.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}
