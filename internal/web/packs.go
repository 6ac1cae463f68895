package web

import (
	"container/list"
	"sync"
)

// mostPacked is how many bytes of packs are kept.
const mostPacked = 32 << 20

// packs are bytes that few ask for, made when somebody does and kept as long as
// there is room: pages of the archive, compressed, and what is new since a
// former version. The zero packs are empty.
type packs struct {
	mu   sync.Mutex
	held map[string]*list.Element
	used list.List // of *pack, the last used first
	size int
}

type pack struct {
	name string
	make sync.Once
	body []byte
	size int // as it is counted; 0: not made yet
}

// get returns the bytes of a name, which are always the same. Whoever asks while
// they are being made waits for them.
func (p *packs) get(name string, make func() []byte) []byte {
	k := p.hold(name)
	k.make.Do(func() {
		k.body = make()
		p.count(k)
	})
	return k.body
}

func (p *packs) hold(name string) *pack {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e, ok := p.held[name]; ok {
		p.used.MoveToFront(e)
		return e.Value.(*pack)
	}
	if p.held == nil {
		p.held = map[string]*list.Element{}
	}
	k := &pack{name: name}
	p.held[name] = p.used.PushFront(k)
	return k
}

// count adds what was made, and drops what was not used for longest. What is
// still being made is dropped as well: whoever waits for it has it.
func (p *packs) count(k *pack) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.held[k.name]
	if !ok || e.Value != k {
		return
	}
	k.size = len(k.body) + len(k.name) + 200 // and what a list and a map need
	p.size += k.size
	for p.size > mostPacked && p.used.Len() > 0 {
		last := p.used.Back()
		old := p.used.Remove(last).(*pack)
		delete(p.held, old.name)
		p.size -= old.size
	}
}
