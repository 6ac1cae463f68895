package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// sinkCommand is the word after the program's name that makes it the sink.
const sinkCommand = "sink"

// runSink is the sink as a process: its first line says where it listens, and
// each line it reads is a question that it answers with a [Tally]. It ends
// when there are no more questions, so it never outlives who started it.
func runSink(in io.Reader, out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	var s Sink
	go s.Serve(l)
	fmt.Fprintln(out, l.Addr())
	answers := json.NewEncoder(out)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if lines.Text() == "reset" {
			s.Reset()
		}
		if err := answers.Encode(s.Tally()); err != nil {
			return err
		}
	}
	return nil
}

// A sinkProcess is a sink that runs beside the bench.
type sinkProcess struct {
	addr    string
	command *exec.Cmd
	ask     io.WriteCloser
	answers *json.Decoder
}

// startSink starts this program again, as the sink.
func startSink() (*sinkProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &sinkProcess{command: exec.Command(self, sinkCommand)}
	p.command.Stderr = os.Stderr
	if p.ask, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("sink: %w", err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("sink: %w", errors.Join(err, p.close()))
	}
	p.addr = line[:len(line)-1]
	p.answers = json.NewDecoder(lines)
	return p, nil
}

func (p *sinkProcess) question(word string) (Tally, error) {
	var t Tally
	if _, err := fmt.Fprintln(p.ask, word); err != nil {
		return t, fmt.Errorf("sink: %w", err)
	}
	if err := p.answers.Decode(&t); err != nil {
		return t, fmt.Errorf("sink: %w", err)
	}
	return t, nil
}

// reset makes the sink forget what has come.
func (p *sinkProcess) reset() error {
	_, err := p.question("reset")
	return err
}

// tally returns what has come since.
func (p *sinkProcess) tally() (Tally, error) { return p.question("tally") }

// close ends the process.
func (p *sinkProcess) close() error {
	p.ask.Close()
	ended := make(chan error, 1)
	go func() { ended <- p.command.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(5 * time.Second):
		return p.command.Process.Kill()
	}
}
