package mailer

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseOffer(t *testing.T) {
	for ehlo, want := range map[string]offer{
		"":                                   {},
		"PIPELINING":                         {}, // the greeting
		"relay\nPIPELINING":                  {pipelining: true},
		"relay\nPipelining\nsize\n":          {pipelining: true, size: true},
		"relay\nPIPELININGX\nXSIZE":          {},
		"relay\nSIZE 1000\r\nDSN\r\n":        {size: true, dsn: true},
		"relay\nLIMITS MAILMAX=20 RCPTMAX=1": {mailMax: 20},
		"relay\nlimits rcptdomainmax=1  mailmax=007": {mailMax: 7},
		"relay\nLIMITS MAILMAX=0":                    {},
		"relay\nLIMITS MAILMAX=-1 MAILMAX":           {},
		"relay\nLIMITS MAILMAX=99999999999999999999": {},
		"relay\n\n \nLIMITS":                         {},
	} {
		if d := cmp.Diff(want, parseOffer(ehlo), cmp.AllowUnexported(offer{})); d != "" {
			t.Errorf("%q (-want +got)\n%s", ehlo, d)
		}
	}
}
