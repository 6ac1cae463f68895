package main

import (
	"os"
	"runtime"
	"runtime/debug"
	measures "runtime/metrics"
)

// heapRoom is how much garbage a small heap may gather before it is collected, in
// bytes. Every answer leaves some kilobytes of it, every letter a few, and it is
// collected when the heap has doubled. That of most publications is so small that
// this would be forty times a second on a busy day. One that is larger than twice
// of this is left to double, as it does anyway; one in between grows by less than
// that, which keeps an edition in many versions below 150 MB.
const heapRoom = 32 << 20

// collectLess has garbage collected less often while the heap is small, from
// the next collection on and for as long as the program runs. Who has set GOGC
// knows better.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		afterEach(func() { debug.SetGCPercent(percent(liveHeap())) })
	}
}

// percent is what GOGC should be for so many bytes that are in use.
func percent(live uint64) int {
	if live == 0 || live >= 2*heapRoom {
		return 100
	}
	return int(min(1000, heapRoom*100/live))
}

func liveHeap() uint64 {
	s := []measures.Sample{{Name: "/gc/heap/live:bytes"}}
	measures.Read(s)
	if s[0].Value.Kind() != measures.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}

// afterEach calls f after each collection.
func afterEach(f func()) {
	type collected struct{ _ [64]byte }
	runtime.AddCleanup(new(collected), func(struct{}) {
		f()
		afterEach(f)
	}, struct{}{})
}
