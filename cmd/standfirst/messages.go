package main

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/text/language"

	"github.com/standfirst/standfirst/internal/config"
	"github.com/standfirst/standfirst/internal/i18n"
)

// messagesFolder is where message files lie in a folder of templates.
const messagesFolder = "messages"

// messageFolders are where a user's message files lie, the one that wins last:
// beside the templates, and in a folder of their own. They need not be there.
func messageFolders(theme config.Theme) []string {
	var folders []string
	if theme.Templates != "" {
		folders = append(folders, filepath.Join(theme.Templates, messagesFolder))
	}
	if theme.Messages != "" {
		folders = append(folders, theme.Messages)
	}
	return folders
}

// ownMessages are the names of a user's message files, sorted.
func ownMessages(theme config.Theme) ([]string, error) {
	var own []string
	for _, dir := range messageFolders(theme) {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if ext := path.Ext(e.Name()); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
				own = append(own, e.Name())
			}
		}
	}
	slices.Sort(own)
	return slices.Compact(own), nil
}

// messageFile is what a user's message file begins with: the built-in one of its
// name, or the English one, to be translated.
func messageFile(name string) ([]byte, error) {
	if slices.Contains(i18n.Names(), name) {
		return i18n.Source(name)
	}
	tag, isYAML := name[:len(name)-len(path.Ext(name))], path.Ext(name) == ".yaml"
	if t, err := language.Parse(tag); err != nil || !isYAML || t.String() != tag || tag == "und" {
		return nil, usage("messages/nl.yaml, messages/pt-BR.yaml", "a message file is named after its language, and %q is not", name)
	}
	return i18n.Source("en.yaml")
}
