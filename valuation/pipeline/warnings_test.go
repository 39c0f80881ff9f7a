package pipeline

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sources is what the Go files of the packages beside this one say of warnings.
type sources struct {
	texts   map[string][]string // folders of the programs in which a text stands
	raising map[string][]string // folders in which Warn is called with a code
	cases   map[string][]string // folders of the tests that hold a code to a pair of inputs
}

// readSources reads all Go files, the catalog's own apart.
func readSources(t *testing.T) sources {
	t.Helper()
	found := sources{map[string][]string{}, map[string][]string{}, map[string][]string{}}
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || path.Dir(name) == "pipeline" && strings.HasPrefix(entry.Name(), "warnings") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, "../"+name, nil, 0)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, "_test.go") {
			found.readCases(t, files, file, path.Dir(name))
		} else {
			found.readProgram(file, path.Dir(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// readProgram notes the texts of a file, and the codes that it raises.
func (s sources) readProgram(file *ast.File, folder string) {
	ast.Inspect(file, func(node ast.Node) bool {
		if text, ok := literal(node); ok {
			s.texts[text] = append(s.texts[text], folder)
		}
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Warn" {
			if code, ok := literal(call.Args[0]); ok {
				s.raising[code] = append(s.raising[code], folder)
			}
		}
		return true
	})
}

// readCases notes the codes of the cases that the tests of a file hand to
// pipelinetest.Warnings: of calls that stand by themselves in a test, with two
// inputs that differ and the message.
func (s sources) readCases(t *testing.T, files *token.FileSet, file *ast.File, folder string) {
	t.Helper()
	for _, declared := range file.Decls {
		test, ok := declared.(*ast.FuncDecl)
		if !ok || test.Recv != nil || !strings.HasPrefix(test.Name.Name, "Test") {
			continue
		}
		for _, statement := range test.Body.List {
			for _, element := range casesOf(statement) {
				fields := map[string]string{}
				for _, field := range element.Elts {
					if pair, ok := field.(*ast.KeyValueExpr); ok {
						fields[written(files, pair.Key)] = written(files, pair.Value)
					}
				}
				code, err := strconv.Unquote(fields["Code"])
				if err != nil || fields["Raises"] == "" || fields["Silent"] == "" || fields["Says"] == "" || fields["Raises"] == fields["Silent"] {
					t.Errorf("%s: a case needs a Code as text, what Raises it, what it Says, and another input that is Silent", files.Position(element.Pos()))
					continue
				}
				s.cases[code] = append(s.cases[code], folder)
			}
		}
	}
}

// casesOf returns the cases of a statement that is a call of pipelinetest.Warnings.
func casesOf(statement ast.Stmt) (cases []*ast.CompositeLit) {
	expression, ok := statement.(*ast.ExprStmt)
	if !ok {
		return nil
	}
	call, ok := expression.X.(*ast.CallExpr)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Warnings" {
		return nil
	}
	if of, ok := selector.X.(*ast.Ident); !ok || of.Name != "pipelinetest" {
		return nil
	}
	list, ok := call.Args[1].(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, element := range list.Elts {
		if element, ok := element.(*ast.CompositeLit); ok {
			cases = append(cases, element)
		}
	}
	return cases
}

// written returns an expression as Go writes it.
func written(files *token.FileSet, expression ast.Expr) string {
	var text strings.Builder
	if err := printer.Fprint(&text, files, expression); err != nil {
		return ""
	}
	return text.String()
}

// raisers are the commands that a package's warnings are of.
var raisers = map[string]string{
	"intake": "run", "suspicion": "run", "scoring": "run", "acquisition": "run", "judgement": "run", "measurement": "measure", "export": "export", "platform": "export",
}

// The catalog says of each warning which commands raise it: those of the packages that
// do, and no export or measurement where none of theirs does.
// What a reader is to mend first is of the input, and not what a run makes of it.
func TestWarningsOfTheInput(t *testing.T) {
	for code, want := range map[string]bool{
		"order_total_on_lines": true, "missing_days": true, "files_start_mid_life": true, "not_trusted": false, "untested": false, "high_returns": false, "nothing": false,
	} {
		if got := IsOfInput(code); got != want {
			t.Errorf("%s is of the input: %v, want %v", code, got, want)
		}
	}
}

func TestTheCatalogSaysWhoRaisesAWarning(t *testing.T) {
	found := readSources(t)
	for _, kind := range Warnings {
		by := strings.Split(kind.By, ", ")
		folders := slices.Concat(found.raising[kind.Code], found.texts[kind.Code])
		for _, folder := range folders {
			if command := raisers[folder]; command != "" && !slices.Contains(by, command) {
				t.Errorf("%s is raised by %s, and the catalog says by %s", kind.Code, folder, kind.By)
			}
		}
		for command, own := range map[string][]string{"export": {"export", "platform"}, "measure": {"measurement", "intake"}} {
			if slices.Contains(by, command) && !slices.ContainsFunc(own, func(folder string) bool { return slices.Contains(folders, folder) }) {
				t.Errorf("the catalog says that %s raises %s, and no package of it does", command, kind.Code)
			}
		}
	}
}

// Every code of the catalog stands in some package as a string, and every code that
// Warn is called with is in the catalog.
func TestTheCatalogHasTheWarningsThatAreRaised(t *testing.T) {
	found := readSources(t)
	var codes []string
	for _, kind := range Warnings {
		if slices.Contains(codes, kind.Code) {
			t.Errorf("%s stands twice in the catalog", kind.Code)
		}
		codes = append(codes, kind.Code)
		if len(found.texts[kind.Code]) == 0 {
			t.Errorf("nothing raises %s", kind.Code)
		}
		if kind.By == "" || kind.Meaning == "" || kind.Effect == "" {
			t.Errorf("%s is not explained: %+v", kind.Code, kind)
		}
	}
	for code, folders := range found.raising {
		if !slices.Contains(codes, code) {
			t.Errorf("%s raises %s, which is not in the catalog", folders[0], code)
		}
	}
	if len(found.raising) < 20 {
		t.Errorf("%d warnings are raised: the test does not see them", len(found.raising))
	}
}

// Every warning has an input that raises it and a neighbour that does not, in the
// tests of each package that calls Warn with it; of a code that reaches Warn by a
// variable, in those of a package where it is written.
func TestEveryWarningHasAPairOfInputs(t *testing.T) {
	found := readSources(t)
	for _, kind := range Warnings {
		tested := found.cases[kind.Code]
		for _, folder := range found.raising[kind.Code] {
			if !slices.Contains(tested, folder) {
				t.Errorf("%s raises %s: its tests need a pipelinetest.WarningCase of it", folder, kind.Code)
			}
		}
		isWritten := func(folder string) bool { return slices.Contains(found.texts[kind.Code], folder) }
		if !slices.ContainsFunc(tested, isWritten) {
			t.Errorf("no test of %v has a pipelinetest.WarningCase of %s", found.texts[kind.Code], kind.Code)
		}
	}
	for code, folders := range found.cases {
		if !isWarning(code) {
			t.Errorf("the tests of %v have a case of %s, which is not in the catalog", folders, code)
		}
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
