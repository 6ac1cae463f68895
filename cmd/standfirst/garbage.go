package main

// spare is memory that nobody writes to, for as long as feeds are served.
//
// Every answer leaves some kilobytes of garbage, and they are collected when the
// heap has doubled. That of most publications is so small that this would be
// forty times a second on a busy day. The spare counts as a part of the heap,
// but it takes up no memory until the garbage does, which is then collected when
// there are 32 MB more of it. A percentage (GOGC) could not say that: of the
// heap of a large publication it would be hundreds of megabytes.
func spare() []byte { return make([]byte, 32<<20) }
