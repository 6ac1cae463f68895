package config

import _ "embed"

// Sample is a config.yaml to start from, with a comment on every key. It
// loads as it is, and has its articles in the folder content beside it.
//
//go:embed sample.yaml
var Sample string
