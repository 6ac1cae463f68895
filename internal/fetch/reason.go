package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
)

// Reason says in a few words why an exchange failed, for a log or for whoever
// gave the address. It never holds the address itself, whose path and query may
// be somebody's secret.
func Reason(err error) string {
	var address *AddressError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timed interface{ Timeout() bool }
	var asked *url.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &address):
		return "the address " + address.Error()
	case errors.Is(err, ErrLarge), errors.Is(err, ErrRedirects):
		return rootOf(err).Error()
	case errors.As(err, &certificate):
		return "its certificate is not valid"
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return "it does not speak TLS"
	case errors.As(err, &name) && name.IsNotFound:
		return "there is no host of that name"
	case errors.As(err, &name):
		return "the name of the host could not be looked up"
	case errors.Is(err, context.Canceled):
		return "it was broken off"
	case errors.As(err, &timed) && timed.Timeout():
		return "it took too long"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nobody listens there"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke off"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no way to the host"
	case errors.As(err, &asked):
		return rootOf(asked.Err).Error()
	}
	return rootOf(err).Error()
}

// rootOf returns the innermost error: those around it tell of addresses.
func rootOf(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
