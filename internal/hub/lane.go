package hub

import "sync"

// Lanes run work: some at a time, and of one lane one after the other, so that
// a slow host holds up itself.
type lanes struct {
	all    *sync.WaitGroup
	places chan struct{}
	mu     sync.Mutex
	queues map[string][]func() // what waits, of every lane that runs
}

func newLanes(places int, all *sync.WaitGroup) *lanes {
	return &lanes{all: all, places: make(chan struct{}, places), queues: map[string][]func(){}}
}

// add puts work at the end of a lane.
func (l *lanes) add(lane string, work func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue, runs := l.queues[lane]
	l.queues[lane] = append(queue, work)
	if !runs {
		l.all.Go(func() { l.run(lane) })
	}
}

func (l *lanes) run(lane string) {
	for work := l.next(lane); work != nil; work = l.next(lane) {
		l.places <- struct{}{}
		work()
		<-l.places
	}
}

// next takes the first of a lane; a lane with nothing in it is closed.
func (l *lanes) next(lane string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	queue := l.queues[lane]
	if len(queue) == 0 {
		delete(l.queues, lane)
		return nil
	}
	l.queues[lane] = queue[1:]
	return queue[0]
}
