package digest_test

import (
	"flag"
	"os"
	"testing"
)

// Histories are long. A run of the whole suite takes some; more are asked for
// with -rapid.checks, as `make soak` does.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		flag.Set("rapid.checks", "8")
	}
	os.Exit(m.Run())
}
