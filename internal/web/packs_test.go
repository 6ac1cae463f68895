package web

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func TestPacksAreMadeOnce(t *testing.T) {
	var p packs
	var made atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			got := p.get("one", func() []byte { made.Add(1); return []byte("body") })
			if string(got) != "body" {
				t.Errorf("%q", got)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}

func TestPacksAreBounded(t *testing.T) {
	var p packs
	const size = mostPacked / 10
	made := map[string]int{}
	get := func(name string, size int) {
		if got := p.get(name, func() []byte { made[name]++; return make([]byte, size) }); len(got) != size {
			t.Fatalf("%s: %d bytes", name, len(got))
		}
		if p.size > mostPacked || p.used.Len() != len(p.held) {
			t.Fatalf("%d bytes in %d packs, %d by name", p.size, p.used.Len(), len(p.held))
		}
	}
	for i := range 100 {
		get(fmt.Sprint(i), size)
		get("often", 10)
	}
	if made["often"] != 1 {
		t.Errorf("what is always asked for was made %d times", made["often"])
	}
	get("99", size)
	get("0", size)
	if made["99"] != 1 || made["0"] != 2 {
		t.Errorf("the last was made %d times, the first %d", made["99"], made["0"])
	}
	get("huge", mostPacked+1)
	get("huge", mostPacked+1)
	if made["huge"] != 2 {
		t.Error("what has no room was kept")
	}
}
