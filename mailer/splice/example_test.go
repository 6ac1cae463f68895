package splice_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/standfirst/standfirst/mailer/splice"
)

// A letter is rendered once with a token in it, and compiled. Each reader's
// letter is then a copy.
func ExampleCompile() {
	rendered := strings.ReplaceAll(`Date: Thu, 01 Jan 1970 00:00:00 +0000
From: The Example Lead <news@example.com>
To: <reader@example.com>
Subject: Issue 4
Message-ID: <letter@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8

Dear zQx7HqnameQ9Xz,
here is issue 4.
`, "\n", "\r\n")
	letter, err := splice.Compile([]byte(rendered), []splice.Hole{{Name: "name", Token: "zQx7HqnameQ9Xz"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	raw, err := letter.Render(nil, &splice.Values{
		Name: "Zoë", Email: "zoe@example.net", MessageID: "k3j4@example.com",
		Date: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), Holes: []string{"Zoë"},
	})
	fmt.Println(strings.ReplaceAll(string(raw), "\r\n", "\n"), err)
	// Output:
	// Date: Tue, 24 Nov 2026 08:00:00 +0000
	// From: The Example Lead <news@example.com>
	// To: =?utf-8?b?Wm/Dqw==?= <zoe@example.net>
	// Subject: Issue 4
	// Message-ID: <k3j4@example.com>
	// MIME-Version: 1.0
	// Content-Type: text/plain; charset=UTF-8
	// Content-Transfer-Encoding: quoted-printable
	//
	// Dear=20=
	// Zo=C3=AB=
	// ,
	// here is issue 4.
	//  <nil>
}
