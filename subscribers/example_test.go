package subscribers_test

import (
	"fmt"
	"strings"

	"github.com/standfirst/standfirst/subscribers"
)

func ExampleParseAddress() {
	email, err := subscribers.ParseAddress(" Ada@Bücher.example ")
	fmt.Println(email, err)
	_, err = subscribers.ParseAddress("Ada Lovelace <ada@example.com>")
	fmt.Println(err)
	// Output:
	// Ada@xn--bcher-kva.example <nil>
	// it has a name beside the address (write only what stands between < and >)
}

func ExampleSuggest() {
	fmt.Println(subscribers.Suggest("ada@gmial.com"))
	// Output: ada@gmail.com
}

func ExampleReader() {
	const file = `email;name;newsletters
ada@example.com;Ada;weekly
bob;Bob;weekly
cy@example.com;Cy;montly
`
	in, err := subscribers.NewReader(strings.NewReader(file), []string{"weekly", "monthly"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for row, err := range in.Rows() {
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(row.Email, row.Newsletters)
	}
	// Output:
	// ada@example.com [weekly]
	// line 3: email: there is no @ (write it like ada@example.com)
	// line 4: newsletters: there is no newsletter "montly" (there is: weekly, monthly)
}
