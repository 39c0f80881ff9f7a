package platform

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/celltext"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the files of testdata anew")

// town has one customer of every kind that an export distinguishes.
func town() []Person {
	day := time.Date(2026, 11, 20, 23, 0, 0, 0, time.UTC)
	people := []Person{
		{
			CustomerID: "1001", Email: " Jane.Doe+promo@GMAIL.com ", Phone: "+44 (0)7700 900123", FirstName: "Jane", LastName: "O'Doe-Smith",
			Country: "gb", Zip: "SW1A 1AA", City: "London", UID: "7001", Value: NumberCell(120.5),
		},
		{
			CustomerID: "1002", Email: "zoe@example.de", Phone: "0151 12345678", FirstName: "Jose\u0301", LastName: "=SUM(A1)",
			Country: "DE", Zip: "40213", City: "Düsseldorf", State: "N.W.", Value: NumberCell(-3),
		},
		{CustomerID: "1003", Email: "unknown@example.com", Phone: "07700 900103"},
		{CustomerID: "1004", Email: "refused@example.com", Phone: "07700 900104", ConsentEmail: Refused, ConsentAds: Refused},
		{CustomerID: "1005", Email: "flagged@example.com", Phone: "07700 900105", Suppressed: true},
		{CustomerID: "1006", Email: "JANE.DOE+PROMO@gmail.com", Phone: "07700 900106", FirstName: "John"},
		{CustomerID: "1007", Email: "not an address", Phone: "07700 900456", FirstName: "Mary \"Ann\"", LastName: "", Country: "UK", Zip: "N1"},
		{CustomerID: "1008", Email: "", Phone: "12"},
		{CustomerID: "1009", Email: "Listed@example.com", Phone: "07700 900109"},
		{CustomerID: "1010", Email: "hashed@example.com"},
		{CustomerID: "=1011", Email: "formula@example.com", Phone: "07700 900123", FirstName: "+1", LastName: "a,b\nc"},
	}
	for i := range people {
		p := &people[i]
		if p.CustomerID != "1003" && p.ConsentEmail == Unknown {
			p.ConsentEmail, p.ConsentAds = Granted, Granted
		}
		p.Attributes = []Cell{NumberCell(float64(i) - 1.25), TextCell("Can't Lose Them"), DayCell(day), YesNoCell(i == 0)}
	}
	people[2].Attributes = make([]Cell, 4)
	people[3].Attributes = make([]Cell, 4)
	people[6].Attributes = []Cell{{}, TextCell("@risk"), {}, {}}
	return people
}

func townSuppression(t *testing.T, target Target) *Suppression {
	s := NewSuppression(target)
	s.AddEmail("listed@EXAMPLE.com")
	// printf hashed@example.com | sha256sum
	if err := s.AddHash("A552F92CEC517D42D66471E033158C672445D078D54A1D4211791471BCB2148F"); err != nil {
		t.Fatal(err)
	}
	s.Seal()
	return s
}

func townSpec(t *testing.T, target string) (Spec, []Person) {
	spec, people := specOf(t, target), town()
	spec.Suppression = townSuppression(t, spec.Target)
	if spec.Target.Attributes {
		spec.Attributes = []Attribute{{"clv", Number}, {"segment", Text}, {"last_purchase_date", Day}, {"is_repeat", YesNo}}
	} else {
		for i := range people {
			people[i].Attributes = nil
		}
	}
	return spec, people
}

// Each target's files, full, exited and suppressed, with counts and rejects. The
// cells are checked against the facts in TestCells.
func TestGolden(t *testing.T) {
	for _, target := range Targets {
		t.Run(target.Name, func(t *testing.T) {
			var got strings.Builder
			for _, kind := range []Kind{Full, Exited, Removal} {
				spec, people := townSpec(t, target.Name)
				spec.Kind = kind
				spec.HandedOut = handed(spec, people)
				if kind == Exited {
					people = leaving(spec, people[:1]...) // by what it is known by, and membership
				}
				result, files := mustExport(t, spec, people)
				describe(t, &got, result, files)
			}
			path := filepath.Join("testdata", target.Name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
			}
		})
	}
}

func describe(t *testing.T, out *strings.Builder, result Result, files *memory) {
	if result.Rejects != nil {
		result.Files = append(result.Files, *result.Rejects)
	}
	for _, file := range result.Files {
		fmt.Fprintf(out, "-- %s --\n", file.Name)
		if table := files.tables[file.Name]; table != nil {
			fmt.Fprintf(out, "%v\n", table.columns)
			for _, row := range table.rows {
				fmt.Fprintf(out, "%q\n", tableTexts(row))
			}
			continue
		}
		out.WriteString(files.text(t, file.Name))
	}
	fmt.Fprintf(out, "-- counts --\n%d rows, %d written, rejected %v, blanked %v\n", result.Rows, result.Written, result.Rejected, result.Blanked)
	for _, warning := range result.Warnings {
		fmt.Fprintln(out, warning)
	}
}

// tableTexts are the cells as CSV would have them, nulls as such.
func tableTexts(cells []Cell) []string {
	var texts []string
	for _, cell := range cells {
		switch cell.Type {
		case Null:
			texts = append(texts, "null")
		case Text:
			texts = append(texts, cell.Text)
		case Number:
			texts = append(texts, string(celltext.AppendNumber(nil, cell.Number)))
		case Day:
			texts = append(texts, cell.Day.Format("2006-01-02"))
		case YesNo:
			texts = append(texts, fmt.Sprint(cell.YesNo))
		}
	}
	return texts
}

// The SHA-256 of what the facts say a platform reads, by coreutils: printf '%s'
// … | sha256sum.
const (
	janeTagged     = "5f0d1df1fc49e30424381b57b1d4c73e067772a4267dde043a19b026935602c8" // jane.doe+promo@gmail.com
	janeGmail      = "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69" // janedoe@gmail.com
	janeUntagged   = "831f6494ad6be4fcb3a724c3d5fef22d3ceffa3c62ef3a7984e45a0ea177f982" // jane.doe@gmail.com
	janePhonePlus  = "a8acc3a90a7b4e4dc65e93db9240ed26523050ef754d63b75b5161de76781436" // +447700900123
	janePhone      = "033134b911b137918338415ee3d20a064b24773d36a3b02e8b99fdd3fcd6b4cd" // 447700900123
	janeFirst      = "81f8f6dde88365f3928796ec7aa53f72820b06db8664f5fe76a7eb13e24546a2" // jane
	janeLastMeta   = "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a" // odoesmith
	janeLastGoogle = "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a" // odoesmith
	janeZip        = "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614" // sw1a1aa
	janeCity       = "6089854c94ca5454b76be6752c562901a985f64c9a946f62976aeab593b83161" // london
	janeCountry    = "0b407281768f0e833afef47ed464b6571d01ca4d53c12ce5c51d1462f4ad6677" // gb

	zoeEmail     = "790c5cf6f22fd79e95ff087070a2cf8862064d0d1bfdb6a71fb58cc0b0a74817" // zoe@example.de
	zoePhonePlus = "536afd523e19dc83fccba822ef5e4ca646111314aaf0aa286667c5bea18dd70b" // +4915112345678
	zoePhone     = "8efb96404be52f6109b9db0f687274a81e9e3cc23fabd6f0da5d38baa3d2facd" // 4915112345678
	zoeFirst     = "d994e1d001886fe5b45b1267bd1fa2b752ac50742579bd3dad7b2a2aa0ed6866" // josé, composed
	zoeZip       = "c42c6fab6d4ffe22a4ebd20c0ef9c679bcb40668539c85da925503a1be6925cb" // 40213
	zoeCity      = "d3d2abb08e13ceb61df7d63552613448de2bb955d09364fa41bc31b90b7eef4f" // düsseldorf
	zoeState     = "c5103b8a6be56d7fc492d5e798dcf96491e328e98421138d6d5bb54d805c1391" // nw
	zoeCountry   = "959a45d44e6fcf58361ed004681556fe50129f2109e817dec098c00c9e5d2578" // de

	maryPhonePlus = "0839a8b6450579f874461d60d168bbfef3f9d940cd5d9a695cc08221b44c46b1" // +447700900456
	maryPhone     = "fd0ad751abec6ca686c69e135020ce640347c8d0a104001418967c435ff28687" // 447700900456
	maryFirstMeta = "343b97011010c3549fe7fcd6c226ed9431ea37b0b77ed78f6300a0098925faf1" // mary ann
)

// Headers and first cells, written down from the facts about each importer.
func TestCells(t *testing.T) {
	audience := "cbv_a_0123456789"
	for target, want := range map[string]struct {
		header []string
		rows   map[int][]string
	}{
		"klaviyo": {
			[]string{"Email", "Phone Number", "First Name", "Last Name", "City", "State / Region", "Zip Code", "Country", "customer_id", audience, "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{
				0: {"jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "London", "", "SW1A 1AA", "gb", "1001", "true", "-1.25", "Can't Lose Them", "2026-11-20", "true"},
				1: {"zoe@example.de", "+4915112345678", "Jose\u0301", "'=SUM(A1)", "Düsseldorf", "N.W.", "40213", "DE", "1002", "true", "-0.25", "Can't Lose Them", "2026-11-20", "false"},
				2: {"formula@example.com", "", "'+1", "a,b\nc", "", "", "", "", "'=1011", "true", "8.75", "Can't Lose Them", "2026-11-20", "false"},
			},
		},
		"mailchimp": {
			[]string{"Email Address", "First Name", "Last Name", "Phone Number", "City", "State", "Zip", "Country", "customer_id", audience, "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{0: {"jane.doe+promo@gmail.com", "Jane", "O'Doe-Smith", "+447700900123", "London", "", "SW1A 1AA", "gb", "1001", "true", "-1.25", "Can't Lose Them", "2026-11-20", "true"}},
		},
		"hubspot": {
			[]string{"Email", "First Name", "Last Name", "Phone Number", "City", "State/Region", "Postal Code", "Country/Region", "customer_id", audience, "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{0: {"jane.doe+promo@gmail.com", "Jane", "O'Doe-Smith", "+447700900123", "London", "", "SW1A 1AA", "gb", "1001", "true", "-1.25", "Can't Lose Them", "2026-11-20", "true"}},
		},
		"braze": {
			[]string{"external_id", "email", "phone", "first_name", "last_name", "home_city", "country", audience, "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{
				0: {"1001", "jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "London", "GB", "true", "-1.25", "Can't Lose Them", "2026-11-20", "true"},
				3: {"1007", "", "+447700900456", `Mary "Ann"`, "", "", "GB", "true", "", "'@risk", "", ""},
			},
		},
		"meta": {
			[]string{"email", "phone", "fn", "ln", "zip", "ct", "st", "country", "uid", "value"},
			map[int][]string{
				0: {janeTagged, janePhone, janeFirst, janeLastMeta, janeZip, janeCity, "", janeCountry, "7001", "120.5"},
				2: {"", maryPhone, maryFirstMeta, "", hashed("n1"), "", "", janeCountry, "", ""},
			},
		},
		"google": {
			[]string{"Email", "Phone", "First Name", "Last Name", "Country", "Zip"},
			map[int][]string{
				0: {janeGmail, janePhonePlus, janeFirst, janeLastGoogle, "GB", "SW1A 1AA"},
				1: {zoeEmail, zoePhonePlus, zoeFirst, hashed("suma1"), "DE", "40213"},
			},
		},
		"tiktok": {
			[]string{"Email_SHA256", "Email_SHA256", "Phone_SHA256"},
			map[int][]string{0: {janeTagged, janeUntagged, janePhonePlus}, 1: {zoeEmail, "", zoePhonePlus}, 2: {"", "", maryPhonePlus}},
		},
		"omnisend": {
			[]string{"Email", "Phone number", "First name", "Last name", "City", "State", "Postal code", "Country", "customer_id", audience, "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{0: {"jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "London", "", "SW1A 1AA", "gb", "1001", "true", "-1.25", "Can't Lose Them", "2026-11-20", "true"}},
		},
		"brevo": {
			[]string{"EMAIL", "LASTNAME", "FIRSTNAME", "SMS", "EXT_ID", audience, "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{0: {"jane.doe+promo@gmail.com", "O'Doe-Smith", "Jane", "+447700900123", "1001", "true", "-1.25", "Can't Lose Them", "2026-11-20", "true"}},
		},
		"pinterest": {[]string{"Email"}, map[int][]string{0: {janeTagged}, 1: {zoeEmail}}},
		"microsoft": {[]string{"Email"}, map[int][]string{0: {janeTagged}, 1: {zoeEmail}}},
		"snapchat":  {[]string{"email"}, map[int][]string{0: {janeTagged}, 1: {zoeEmail}}},
		"csv": {
			[]string{"customer_id", "email", "phone", "first_name", "last_name", "country", "zip", "city", "state", "clv", "segment", "last_purchase_date", "is_repeat"},
			map[int][]string{
				0: {"1001", "jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "gb", "SW1A 1AA", "London", "", "-1.25", "Can't Lose Them", "2026-11-20", "true"},
				5: {"'=1011", "formula@example.com", "+447700900123", "'+1", "a,b\nc", "", "", "", "", "8.75", "Can't Lose Them", "2026-11-20", "false"},
			},
		},
	} {
		t.Run(target, func(t *testing.T) {
			spec, people := townSpec(t, target)
			result, files := mustExport(t, spec, people)
			header, rows := files.cells(t, result)
			if !slices.Equal(header, want.header) {
				t.Errorf("header %q, not %q", header, want.header)
			}
			for i, cells := range want.rows {
				if i >= len(rows) || !slices.Equal(rows[i], cells) {
					t.Errorf("row %d of %q, not %q", i, rows, cells)
				}
			}
		})
	}
}

// Meta's cells of the second row, among them a value below 0, which is blank.
func TestMetaSecondRow(t *testing.T) {
	spec, people := townSpec(t, "meta")
	people[1].LastName = "Müller"
	result, files := mustExport(t, spec, people)
	_, rows := files.cells(t, result)
	// printf müller | sha256sum
	const miller = "2dbd218072117713f2d5996a726a9b216ed791ffd0783b6ba4ab6d61b8333192"
	want := []string{zoeEmail, zoePhone, zoeFirst, miller, zoeZip, zoeCity, zoeState, zoeCountry, "", ""}
	if !slices.Equal(rows[1], want) {
		t.Errorf("%q, not %q", rows[1], want)
	}
	if n := result.Blanked["value"][ValueInvalid]; n != 1 {
		t.Errorf("%d values were left blank", n)
	}
}

// Google reads Country and Zip with both names alone.
func TestGoogleAddressNeedsNames(t *testing.T) {
	spec, people := townSpec(t, "google")
	result, files := mustExport(t, spec, people)
	_, rows := files.cells(t, result)
	mary := rows[2] // without a last name; her first is maryann between its quotation marks
	if mary[1] != maryPhonePlus || mary[4] != "" || mary[5] != "" {
		t.Errorf("%q", mary)
	}
	if result.Blanked["Zip"][NamesMissing] != 1 {
		t.Errorf("blanked %v", result.Blanked)
	}
}
