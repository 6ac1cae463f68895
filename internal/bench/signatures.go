package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// signatures returns how many RSA-2048 signatures a second all cores make when
// they do nothing else: the bound of whoever signs letters.
func signatures(d time.Duration) (float64, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return 0, fmt.Errorf("key: %w", err)
	}
	digest := sha256.Sum256([]byte("letter"))
	var made atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for time.Since(began) < d {
				if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]); err != nil {
					panic(err) // of a good key: never
				}
				made.Add(1)
			}
		})
	}
	wg.Wait()
	return per(float64(made.Load()), time.Since(began).Seconds()), nil
}
