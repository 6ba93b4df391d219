// Generates a Pulumi package's SDK for one language. Reads the package's schema from standard input.
//
//	sdk_generator LANGUAGE DIRECTORY LOADER LOCAL
//
// LOADER is the address of the engine's schema loader. LOCAL is "true" for an SDK that a project uses from a
// directory, without a package registry.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 5 {
		fail(fmt.Errorf("usage: sdk_generator LANGUAGE DIRECTORY LOADER LOCAL"))
	}
	files, err := generate(os.Args[1], os.Args[3], os.Args[4] == "true")
	if err != nil {
		fail(err)
	}
	if err := write(files, os.Args[2]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func generate(language, target string, local bool) (map[string][]byte, error) {
	var spec schema.PackageSpec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		return nil, fmt.Errorf("the schema is not JSON: %w", err)
	}
	loader, err := schema.NewLoaderClient(target)
	if err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	tool := "pulumi-language-" + language
	switch language {
	case "go":
		return golang.GeneratePackage(tool, pkg, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, local, loader)
	case "python":
		return python.GeneratePackage(tool, pkg, nil, loader)
	}
	return nil, fmt.Errorf("no generator for %s", language)
}

func write(files map[string][]byte, directory string) error {
	for name, content := range files {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
