package main

import (
	"runtime"
	"testing"
	"time"
)

func TestPercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 100, 1 << 20: 1000, 8 << 20: 400, 16 << 20: 200, 32 << 20: 100, 50 << 20: 64, 64 << 20: 100, 200 << 20: 100,
	} {
		if got := percent(live); got != want {
			t.Errorf("%d MB in use: %d, want %d", live>>20, got, want)
		}
	}
}

func TestAfterEachCollection(t *testing.T) {
	if liveHeap() == 0 {
		t.Error("nothing is in use")
	}
	collected := make(chan bool)
	afterEach(func() {
		select {
		case collected <- true:
		default:
		}
	})
	for range 3 {
		for done := false; !done; {
			runtime.GC()
			select {
			case done = <-collected:
			case <-time.After(time.Millisecond):
			}
		}
	}
}
