package platform

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/failure"
)

// declared is a target of one's own, with what a configuration leaves to it.
func declared(change func(*Target)) Target {
	target := Target{Name: "own_tool", Channel: EmailChannel, Key: CustomerID, NeedsOneOf: []Field{CustomerID},
		Columns: []Column{{Header: "mail", Field: Email}, {Header: "id", Field: CustomerID}}}
	change(&target)
	if target.RemovalColumns == nil {
		target.RemovalColumns = target.IdentifyingColumns()
	}
	target.RemovalNeedsOneOf = target.NeedsOneOf
	return target
}

func specOfTarget(t interface{ Fatalf(string, ...any) }, target Target) Spec {
	spec := specOf(t, "csv")
	spec.Target, spec.Suppression, spec.Changes = target, sealed(target), true
	if target.Channel != "" {
		spec.Channel = ""
	}
	return spec
}

// What rows have no room for, what loses a column without a word, and what leaves people
// who object where they are, is refused by the name of the setting.
func TestDeclarationsThatAreRefused(t *testing.T) {
	mails := func(n int) (columns []Column) {
		for i := range n {
			columns = append(columns, Column{Header: fmt.Sprint("mail", i), Field: Email})
		}
		return columns
	}
	id := Column{Header: "id", Field: CustomerID}
	for _, c := range []struct {
		change func(*Target)
		want   string
	}{
		{func(t *Target) { t.Columns = append(mails(4), id) }, "columns: 4 of them are e-mails: a file has at most 3"},
		{func(t *Target) { t.RemovalColumns = append(mails(4), id) }, "removal_columns: 4 of them are e-mails: a file has at most 3"},
		{func(t *Target) {
			t.Key, t.NeedsOneOf, t.UniquePhone = "", []Field{Email, Phone}, true
			t.Columns = append(mails(1), Column{Header: "tel", Field: Phone}, Column{Header: "Tel", Field: Phone, Form: Form{"digits"}})
		}, `columns: unique_phone: a phone stands once under a header, and "Tel" is there twice`},
		{func(t *Target) { t.RemovalColumns = mails(1) }, `removal_columns: none has customer_id in the form of the column "id", which rows are known by: who objected would stay; add it, or leave removal_columns out`},
		{func(t *Target) {
			t.Key, t.NeedsOneOf = Email, []Field{Email}
			t.Columns = mails(1)
			t.RemovalColumns = []Column{{Header: "mail", Field: Email, Form: Form{"trim", "lower", "sha256"}}}
		}, `removal_columns: none has email in the form of the column "mail0", which rows are known by: who objected would stay; add it, or leave removal_columns out`},
		{func(t *Target) { t.Columns = append(t.Columns, Column{Header: "worth", Field: Value}) }, "columns[3]: field: people has no value: set fixed_header, which keeps such a column, or leave it out"},
		{func(t *Target) { t.Columns = append(t.Columns, Column{Header: "uid", Field: UID}) }, "columns[3]: field: people has no uid: set fixed_header, which keeps such a column, or leave it out"},
	} {
		if err := declared(c.change).Validate(); err == nil || err.Error() != c.want || failure.KindOf(err) != failure.Usage {
			t.Errorf("%v\nnot %s", err, c.want)
		}
	}
	for _, target := range Targets {
		if err := target.Validate(); err != nil {
			t.Errorf("%s: %v", target.Name, err)
		}
	}
}

// A limit of bytes that no row fits into says which setting is too small.
func TestMaxBytesTooSmall(t *testing.T) {
	for most, want := range map[int64]string{
		8:  "own_tool: max_bytes: 8: the header alone has 8: raise max_bytes, or leave columns out",
		20: "cbv_a_0123456789-own_tool-full: a row of 16 bytes and the header of 8 do not fit into a file of max_bytes: 20: raise max_bytes of the target, or leave columns out",
	} {
		spec := specOfTarget(t, declared(func(t *Target) { t.MaxBytes = most }))
		_, _, err := export(spec, []Person{person("1", "a@example.com")})
		if err == nil || err.Error() != want || failure.KindOf(err) != failure.Usage {
			t.Errorf("%v\nnot %s", err, want)
		}
	}
}

// The key stands whole, wherever its column is: a row is written without it never, and
// two customers are never one.
func TestKeysStandWholeOrNotAtAll(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Target)
		ids    []string
		want   string
	}{
		"a form in the second column": {func(t *Target) { t.Columns[1].Form = Form{"number"} }, []string{"12", "A3"}, "12"},
		"control characters alone":    {func(*Target) {}, []string{"12", "\x01"}, "12"},
		"clipped":                     {func(t *Target) { t.ClipBytes = 5 }, []string{"C0000", "C000012"}, "C0000"},
		"a lossy form":                {func(t *Target) { t.Columns[1].Form = Form{"lower"} }, []string{"Ab", "aB", "b"}, "ab b"},
		"space around":                {func(*Target) {}, []string{" c", "c ", "d"}, "c d"},
	} {
		spec := specOfTarget(t, declared(c.change))
		var people []Person
		for i, id := range c.ids {
			people = append(people, person(id, fmt.Sprintf("p%d@example.com", i)))
		}
		result, files := mustExport(t, spec, people)
		_, rows := files.cells(t, Result{Files: result.Files[:1]})
		var got []string
		for _, row := range rows {
			got = append(got, row[1])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: ids %q, want %s", name, got, c.want)
		}
	}
}

// What is clipped is clipped with a form as well, and capitals make an e-mail no other.
func TestFormsAndClips(t *testing.T) {
	spec := specOfTarget(t, declared(func(t *Target) {
		t.Key, t.NeedsOneOf, t.ClipBytes = Email, []Field{Email}, 16
		t.Columns = []Column{{Header: "mail", Field: Email, Form: Form{"trim", "upper"}}, {Header: "town", Field: City, Form: Form{"upper"}}}
	}))
	p := person("1", "jane@example.com")
	p.City = "Neustadt-in-Lüneburg"
	result, files := mustExport(t, spec, []Person{p})
	if _, rows := files.cells(t, Result{Files: result.Files[:1]}); !slices.Equal(rows[0], []string{"JANE@EXAMPLE.COM", "NEUSTADT-IN-LÜN"}) {
		t.Errorf("%q", rows)
	}
	if n := result.Blanked["town"][Clipped]; n != 1 {
		t.Errorf("%d clipped, want 1", n)
	}
}

// What names somebody is never clipped: the cell is blank where it is clear, and without
// it as the key there is no row. A hash has the length that it has, and who was given to
// the target before its cells were so short still leaves.
func TestWhatNamesSomebodyIsNotClipped(t *testing.T) {
	const most = 15
	long, short := person("c1", "jane.doe@example.com"), person("c2", "a@example.com")
	long.Phone, short.Phone = "07700 900123", "07700 900124"
	longID := short
	longID.CustomerID, longID.Email = "c3-of-an-old-shop", "b@example.com"
	for name, c := range map[string]struct {
		change  func(*Target)
		want    []string
		reasons map[Reason]int64
		blanked map[string]map[Reason]int64
	}{
		"the key": {
			func(t *Target) { t.Key, t.NeedsOneOf = Email, []Field{Email} },
			[]string{"a@example.com c2", "b@example.com "}, map[Reason]int64{TooLong: 1}, map[string]map[Reason]int64{"id": {TooLong: 1}},
		},
		"a hashed key": {
			func(t *Target) {
				t.Key, t.NeedsOneOf, t.Columns[0].Form = Email, []Field{Email}, Form{"lower", "sha256"}
			},
			[]string{hexOfSHA256("jane.doe@example.com") + " c1", hexOfSHA256("a@example.com") + " c2", hexOfSHA256("b@example.com") + " "}, map[Reason]int64{}, map[string]map[Reason]int64{"id": {TooLong: 1}},
		},
		"beside the key": {
			func(t *Target) { t.Key, t.NeedsOneOf = CustomerID, []Field{CustomerID} },
			[]string{" c1", "a@example.com c2"}, map[Reason]int64{TooLong: 1}, map[string]map[Reason]int64{"mail": {TooLong: 1}},
		},
		"or the phone": {
			func(t *Target) {
				t.Key, t.NeedsOneOf = "", []Field{Email, Phone}
				t.Columns = []Column{{Header: "mail", Field: Email}, {Header: "tel", Field: Phone}}
			},
			[]string{" +447700900123", "a@example.com +447700900124", "b@example.com +447700900124"}, map[Reason]int64{}, map[string]map[Reason]int64{"mail": {TooLong: 1}},
		},
		"a phone": {
			func(t *Target) {
				t.Key, t.NeedsOneOf, t.ClipBytes = "", []Field{Phone}, 12
				t.Columns = []Column{{Header: "tel", Field: Phone}, {Header: "digits", Field: Phone, Form: Form{"digits"}}}
			},
			nil, map[Reason]int64{TooLong: 3}, map[string]map[Reason]int64{},
		},
	} {
		spec := specOfTarget(t, declared(func(t *Target) {
			t.ClipBytes = most
			t.Columns = []Column{{Header: "mail", Field: Email}, {Header: "id", Field: CustomerID}}
			c.change(t)
		}))
		files := newMemory()
		result, err := Export(t.Context(), spec, each([]Person{long, short, longID}), files.opener())
		if (err != nil) != (c.want == nil) {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		if c.want != nil {
			_, rows := files.cells(t, Result{Files: result.Files[:1]})
			for _, row := range rows {
				got = append(got, strings.Join(row, " "))
			}
		}
		if !slices.Equal(got, c.want) || !maps.Equal(result.Rejected, c.reasons) || !maps.EqualFunc(result.Blanked, c.blanked, maps.Equal) {
			t.Errorf("%s: %q, rejected %v, blanked %v", name, got, result.Rejected, result.Blanked)
		}
	}
	spec := specOfTarget(t, declared(func(t *Target) {
		t.Key, t.NeedsOneOf, t.ClipBytes = Email, []Field{Email}, most
		t.Columns = []Column{{Header: "mail", Field: Email}}
	}))
	spec.Kind = Exited
	result, files := mustExport(t, spec, leaving(spec, long))
	if _, rows := files.cells(t, result); rows[0][0] != long.Email {
		t.Errorf("%q", rows)
	}
}

// A phone of a country that nobody knows by its name is nobody's: in the shop's region it
// would be a stranger's.
func TestPhonesOfUnknownCountries(t *testing.T) {
	for country, want := range map[string]string{
		"": "+441712345678", " ": "+441712345678", "GB": "+441712345678", "Swiss": "", "Korea": "", "Antarctica": "",
		"Deutschland": "+491712345678", "Österreich": "+431712345678",
	} {
		spec := specOf(t, "klaviyo")
		p := person("1", "a@example.com")
		p.Phone, p.Country = "0171 2345678", country
		result, files := mustExport(t, spec, []Person{p})
		_, rows := files.cells(t, Result{Files: result.Files[:1]})
		if rows[0][1] != want || (result.Blanked["Phone Number"][PhoneInvalid] == 1) != (want == "") {
			t.Errorf("%s: %q, want %q: %v", country, rows[0][1], want, result.Blanked)
		}
		p.Phone = "+44 171 2345678"
		result, files = mustExport(t, spec, []Person{p})
		if _, rows = files.cells(t, Result{Files: result.Files[:1]}); rows[0][1] != "+441712345678" {
			t.Errorf("%s: %q with its code", country, rows[0][1])
		}
	}
}

// A phone that an earlier row has is blank in every column, in what the next export knows
// of the row, and in the change file.
func TestSharedPhonesAreBlankThroughout(t *testing.T) {
	spec := specOfTarget(t, declared(func(t *Target) {
		t.Key, t.NeedsOneOf, t.UniquePhone = "", []Field{Email, Phone}, true
		t.Columns = []Column{{Header: "tel", Field: Phone}, {Header: "mail", Field: Email}, {Header: "digits", Field: Phone, Form: Form{"digits"}}}
	}))
	first, second := person("1", "a@example.com"), person("2", "b@example.com")
	first.Phone, second.Phone = "07700 900123", "07700 900123"
	kept := map[string]RowKey{}
	write := func(people ...Person) ([][]string, string) {
		clear(kept)
		spec.Place = func(id string, _ bool, keys RowKey) (string, Reason, error) {
			kept[id] = keys
			return spec.Name, "", nil
		}
		files, lines := newMemory(), &memoryFile{}
		opener := files.opener()
		opener.Lines = func() (io.WriteCloser, error) { return lines, nil }
		result, err := Export(t.Context(), spec, each(people), opener)
		if err != nil {
			t.Fatal(err)
		}
		full := slices.DeleteFunc(result.Files, func(f File) bool { return f.Kind != Full })
		_, rows := files.cells(t, Result{Files: full})
		return rows, lines.String()
	}
	rows, lines := write(first, second)
	if !slices.Equal(rows[1], []string{"", "b@example.com", ""}) || !strings.Contains(lines, `{"tel":null,"mail":"b@example.com","digits":null}`) {
		t.Errorf("%q\n%s", rows, lines)
	}
	was := maps.Clone(kept)
	if keys := was["2"].Identifiers; keys[0] != 0 || keys[1] == 0 || keys[2] != 0 {
		t.Errorf("the blank phones are kept: %v", keys)
	}
	second.Was, second.WasKeys = spec.Name, was["2"]
	if rows, lines = write(second); !strings.Contains(lines, `"op":"update"`) || rows[0][0] != "+447700900123" {
		t.Errorf("the first left, and of the second's phone the change file has %q", lines)
	}
	first.Was, first.WasKeys = spec.Name, was["1"]
	if _, lines = write(first, second); lines != "" {
		t.Errorf("nothing has changed: %s", lines)
	}
}

// What validates can be exported: every kind of file, of people with everything and with
// nothing.
func FuzzDeclarations(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3}, []byte{1}, uint8(0), false, false)
	f.Add([]byte{1, 1, 1, 1, 0}, []byte{0}, uint8(1), false, false)
	f.Add([]byte{1, 2, 34, 2}, []byte{1, 2}, uint8(2), true, true)
	f.Add([]byte{1, 65, 33, 97, 10, 9}, []byte{65}, uint8(7), true, false)
	f.Fuzz(func(t *testing.T, columns, removal []byte, keys uint8, unique, fixed bool) {
		if len(columns) > 12 || len(removal) > 12 {
			return
		}
		target := declared(func(t *Target) {
			t.Columns, t.RemovalColumns, t.UniquePhone, t.FixedHeader = columnsFrom(columns), columnsFrom(removal), unique, fixed
			t.Channel = []Channel{EmailChannel, AdsChannel}[keys>>2&1]
			t.ClipBytes = int(keys >> 4)
			switch keys & 3 {
			case 0:
				t.Key, t.NeedsOneOf = Email, []Field{Email}
			case 1:
				t.Key, t.NeedsOneOf = CustomerID, []Field{CustomerID}
			default:
				t.Key, t.NeedsOneOf = "", []Field{Email, Phone}[:keys&3-1]
			}
		})
		if target.Validate() != nil {
			return
		}
		full := person("c1", "A.b+c@gmail.com")
		full.Phone, full.City, full.Zip, full.Country = "07700 900123", "Bath", "BA1 1AA", "GB"
		refused := full
		refused.CustomerID, refused.ConsentEmail, refused.ConsentAds = "c2", Refused, Refused
		bare := person("c3", "c3@example.com")
		for _, kind := range []Kind{Full, Exited, Removal} {
			spec := specOfTarget(t, target)
			spec.Kind, spec.Changes = kind, kind == Full
			people := []Person{full, full, refused, bare}
			people[1].CustomerID = "c0"
			spec.HandedOut = handed(spec, people)
			if kind == Exited {
				people = leaving(spec, people...)
			}
			files := newMemory()
			opener := files.opener()
			opener.Lines = func() (io.WriteCloser, error) { return &memoryFile{}, nil }
			if _, err := Export(t.Context(), spec, each(people), opener); err != nil {
				t.Fatalf("%s: %v: %+v", kind, err, target)
			}
		}
	})
}

// columnsFrom are columns by a byte each: the field, whether it is hashed, and whether its
// header is one of few.
func columnsFrom(bytes []byte) (columns []Column) {
	for i, b := range bytes {
		column := Column{Header: fmt.Sprint("h", i), Field: fields[int(b&31)%len(fields)]}
		if b&32 != 0 {
			column.Header = "same"
		}
		if b&64 != 0 {
			column.Form = Form{"trim", "sha256"}
		}
		columns = append(columns, column)
	}
	return columns
}

func hexOfSHA256(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// A suppressed file may name a person in more ways than a row has room for: what tells of
// it names the first ones.
func TestRemovalInManyForms(t *testing.T) {
	target := declared(func(t *Target) {
		t.Key, t.NeedsOneOf = "", []Field{Email, Phone}
		t.Columns = []Column{{Header: "mail", Field: Email}, {Header: "tel", Field: Phone}}
		t.RemovalColumns = []Column{
			{Header: "hash", Field: Email, Form: Form{"trim", "lower", "sha256"}}, {Header: "mail", Field: Email},
			{Header: "tel hash", Field: Phone, Form: Form{"digits", "sha256"}}, {Header: "tel", Field: Phone},
		}
	})
	spec := specOfTarget(t, target)
	spec.Kind = Removal
	var b batch
	newLineWriter(&spec).identifiers(&b, [identifiers]string{"a", "b", "c"})
	if got, want := string(b.lines), `{"hash":"a","mail":"b","tel hash":"c"}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
