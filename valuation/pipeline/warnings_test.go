package pipeline

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every code of the catalog stands in some package as a string, and every code that
// Warn is called with is in the catalog.
func TestTheCatalogHasTheWarningsThatAreRaised(t *testing.T) {
	raised, texts := map[string]string{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "pipeline/warnings.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), "../"+name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if text, ok := literal(node); ok {
				texts[text] = true
			}
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Warn" {
				if code, ok := literal(call.Args[0]); ok {
					raised[code] = name
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, kind := range Warnings {
		if slices.Contains(codes, kind.Code) {
			t.Errorf("%s stands twice in the catalog", kind.Code)
		}
		codes = append(codes, kind.Code)
		if !texts[kind.Code] {
			t.Errorf("nothing raises %s", kind.Code)
		}
		if kind.By == "" || kind.Meaning == "" || kind.Effect == "" {
			t.Errorf("%s is not explained: %+v", kind.Code, kind)
		}
	}
	for code, file := range raised {
		if !slices.Contains(codes, code) {
			t.Errorf("%s raises %s, which is not in the catalog", file, code)
		}
	}
	if len(raised) < 20 {
		t.Errorf("%d warnings are raised: the test does not see them", len(raised))
	}
}

func literal(node ast.Node) (string, bool) {
	basic, ok := node.(*ast.BasicLit)
	if !ok || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}
