package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// signaturesCommand is the word after the program's name that makes it sign.
const signaturesCommand = "signatures"

// letterSize is about that of those that are sent, in bytes.
const letterSize = 47_000

// runSignatures signs a letter with the key in a file on all cores, again and
// again, does nothing else, and prints a [Tally] of signatures instead of
// letters: the bound of whoever signs letters with that key.
func runSignatures(file string, d time.Duration, out io.Writer) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return fmt.Errorf("%s is no PEM file", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return fmt.Errorf("%s holds no RSA key", file)
	}
	letter := bytes.Repeat([]byte("letter\r\n"), letterSize/len("letter\r\n"))
	var made atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for time.Since(began) < d {
				digest := sha256.Sum256(letter)
				if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
					panic(err) // never, with a key that could be read
				}
				made.Add(1)
			}
		})
	}
	wg.Wait()
	return json.NewEncoder(out).Encode(Tally{Letters: int(made.Load()), First: began, Last: time.Now()})
}

// signatures measures a process that signs with the key in a file for d.
func signatures(ctx context.Context, file string, d time.Duration) (Figures, error) {
	self, err := os.Executable()
	if err != nil {
		return Figures{}, err
	}
	f, answer, err := measured(ctx, "", self, signaturesCommand, file, d.String())
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(answer, &f.Tally); err != nil {
		return f, fmt.Errorf("signatures: %w", err)
	}
	return f, nil
}
