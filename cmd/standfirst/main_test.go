package main

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/standfirst/standfirst/internal/store/pgtest"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

// TestMain also is the program itself, for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(tidy{m}, map[string]func(){"standfirst": main})
}

// tidy runs the tests, removes what they built and stops what they started.
type tidy struct{ *testing.M }

func (t tidy) Run() int {
	defer func() { os.RemoveAll(builtIn) }()
	defer pgtest.Stop()
	return t.M.Run()
}

// TestScripts runs the real program. Each script in testdata/script is a manual
// for a feature, failures included; verbs_test.go has the verbs that are ours.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *update,
		Cmds:          verbs,
		Setup: func(e *testscript.Env) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			addr := l.Addr().String() // free for now, and hardly taken by anybody until it is used
			e.Setenv("LISTEN", addr)
			e.Setenv("URL", "http://"+addr)
			e.Setenv("PORT", addr[strings.LastIndexByte(addr, ':')+1:])
			return l.Close()
		},
	})
}
