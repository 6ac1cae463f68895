package picture

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/standfirst/standfirst/internal/fetch"
)

// Limits are those that a client for pictures is made with.
func Limits() fetch.Options {
	return fetch.Options{Redirects: 5, Timeout: 20 * time.Second, Most: MaxBytes}
}

// found returns the bytes at an address.
func (k *Keeper) found(ctx context.Context, address string) ([]byte, error) {
	if folder, name, ok := k.folder(address); ok {
		return read(folder, name)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, Refusal("its address is none")
	}
	if err := k.Reach.Check(u); err != nil {
		return nil, Refusal(fetch.Reason(err))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, Refusal("its address is none")
	}
	// A server that has a picture in several formats chooses by this; AVIF is
	// what many would give to whoever takes everything.
	req.Header.Set("Accept", "image/jpeg, image/png, image/webp, image/gif;q=0.9, image/*;q=0.1")
	answer, err := k.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &statusError{answer.StatusCode, fetch.RetryAfter(answer.Header.Get("Retry-After"), time.Now())}
	}
	if answer.ContentLength > MaxBytes {
		return nil, fetch.ErrLarge
	}
	return io.ReadAll(answer.Body)
}

// folder returns where a picture lies that we serve ourselves.
func (k *Keeper) folder(address string) (fs.FS, string, bool) {
	if k.Folder == nil {
		return nil, "", false
	}
	return k.Folder(address)
}

// read reads a file of one of our folders.
func read(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, errAway
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		return nil, errAway
	case info.Size() > MaxBytes:
		return nil, fetch.ErrLarge
	}
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}
