package editors

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSettle(t *testing.T) {
	by := func(email string, role Role, configured bool) Editor {
		return Editor{Email: email, Role: role, Configured: configured}
	}
	maya, ed := by("maya@example.com", RoleOwner, true), by("ed@example.com", RoleEditor, true)
	for _, tt := range []struct {
		name        string
		all, people []Editor
		want        Roster
	}{
		{"nobody", nil, nil, Roster{}},
		{"the first start", nil, []Editor{maya, ed}, Roster{Put: []Editor{ed, maya}}},
		{"any other", []Editor{ed, maya}, []Editor{maya, ed}, Roster{}},
		{"others are left alone", []Editor{ed, maya, by("zoe@example.com", RoleViewer, false)}, []Editor{maya, ed}, Roster{}},
		{"a role is kept from it", []Editor{by("ed@example.com", RoleViewer, true), maya}, []Editor{maya, ed}, Roster{Put: []Editor{ed}}},
		{"who was added before", []Editor{by("ed@example.com", RoleOwner, false)}, []Editor{maya, ed}, Roster{Put: []Editor{ed, maya}}},
		{"who is named no more", []Editor{ed, maya}, []Editor{maya}, Roster{Gone: []string{"ed@example.com"}}},
		{"nobody is", []Editor{ed, maya}, nil, Roster{Gone: []string{"ed@example.com", "maya@example.com"}}},
		{"the others keep an owner", []Editor{by("ada@example.com", RoleEditor, false), ed, maya}, nil,
			Roster{Put: []Editor{by("maya@example.com", RoleOwner, false)}, Gone: []string{"ed@example.com"}}},
		{"unless they have one", []Editor{by("ada@example.com", RoleOwner, false), ed, maya}, nil,
			Roster{Gone: []string{"ed@example.com", "maya@example.com"}}},
		{"or get one", []Editor{ed, maya}, []Editor{by("ed@example.com", RoleOwner, true)},
			Roster{Put: []Editor{by("ed@example.com", RoleOwner, true)}, Gone: []string{"maya@example.com"}}},
	} {
		if d := cmp.Diff(tt.want, settle(tt.all, tt.people)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
	named := Editor{Email: "ed@example.com", Name: "Edward", Role: RoleViewer, HasPassword: true}
	want := named
	want.Role, want.Configured = RoleEditor, true
	if d := cmp.Diff(Roster{Put: []Editor{want}}, settle([]Editor{maya, named}, []Editor{maya, ed})); d != "" {
		t.Errorf("what they call themselves is theirs (-want +got):\n%s", d)
	}
}
