package platform

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// base draws people who have ids of their own, and few addresses, in several
// spellings, between them: so that they share and are suppressed often.
func base(t *rapid.T) []Person {
	consent := rapid.SampledFrom([]Consent{Unknown, Refused, Granted, Granted, Granted})
	email := rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"}).Draw(t, "name")
		tag := rapid.SampledFrom([]string{"", "", "", "+x", "+y"}).Draw(t, "tag")
		return rapid.SampledFrom([]string{name + tag + "@example.com", strings.ToUpper(name+tag) + "@Example.com", " " + name + tag + "@example.com\t", name + tag + " @example.com", "", "x"}).Draw(t, "spelling")
	})
	phone := rapid.SampledFrom([]string{"", "", "07700 900123", "+44 (0)7700 900123", "07700900124", "0151 12345678", "12"})
	count := rapid.IntRange(0, 60).Draw(t, "people")
	var people []Person
	for i := range count {
		people = append(people, Person{
			CustomerID: fmt.Sprintf("id%03d", i), Email: email.Draw(t, "email"), Phone: phone.Draw(t, "phone"),
			FirstName:    rapid.SampledFrom([]string{"", "Jane", `"x",` + "\n", "=1"}).Draw(t, "first"),
			ConsentEmail: consent.Draw(t, "consent"), ConsentAds: consent.Draw(t, "consent"),
			Suppressed: rapid.IntRange(0, 9).Draw(t, "suppressed") == 0,
		})
	}
	return people
}

// marks are the cells by which a target's file could give a person away: id and
// e-mail, clear and hashed in the target's form, made here from what the facts
// say rather than by the export's code.
func marks(p *Person, target string) []string {
	marks := []string{p.CustomerID}
	email := spaceless(p.Email)
	if !strings.Contains(email, "@") {
		return marks
	}
	if target == "tiktok" {
		local, domain, _ := strings.Cut(email, "@")
		local, _, _ = strings.Cut(local, "+")
		marks = append(marks, hashed(local+"@"+domain))
	}
	return append(marks, email, hashed(email))
}

func spaceless(email string) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimSpace(email), " ", ""))
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Nobody who is suppressed, and nobody without consent, is in a file of an
// audience: neither their row nor, under whatever customer, their e-mail. All
// rows are accounted for.
func TestNobodyAgainstTheirWill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := base(t)
		spec := specOf(t, rapid.SampledFrom(Targets).Draw(t, "target").Name)
		if spec.Target.Channel == "" {
			spec.Channel = rapid.SampledFrom([]Channel{EmailChannel, AdsChannel}).Draw(t, "channel")
		}
		spec.Kind = rapid.SampledFrom([]Kind{Full, Entered, Exited}).Draw(t, "kind")
		spec.Suppression = NewSuppression(spec.Target)
		var listed []Person
		for i := range people {
			switch p := &people[i]; {
			case p.Objects(spec.channel()):
				spec.Suppression.AddPerson(p, spec.Region)
				listed = append(listed, *p)
			case strings.Contains(p.Email, "@") && rapid.IntRange(0, 9).Draw(t, "listed") == 0:
				// the list is somebody else's: it has e-mails or hashes alone
				listed = append(listed, *p)
				if rapid.Bool().Draw(t, "by e-mail") {
					spec.Suppression.AddEmail(p.Email)
				} else if err := spec.Suppression.AddHash(hashed(spaceless(p.Email))); err != nil {
					t.Fatal(err)
				} else if spec.Target.Name == "tiktok" && strings.Contains(p.Email, "+") {
					listed = listed[:len(listed)-1] // others of the same mailbox may be in the file
				}
			case p.consent(spec.channel()) != Granted && spec.Kind != Exited: // which takes them out
				listed = append(listed, Person{CustomerID: p.CustomerID}) // the address may be of somebody who agreed
			}
		}
		spec.Suppression.Seal()
		if spec.Kind == Exited {
			people = leaving(spec, people...)
			spec.HandedOut = handed(spec, people)
		}
		result, files, err := export(spec, people)
		if err != nil && result.Written > 0 {
			t.Fatal(err)
		}
		checkSum(t, result, len(people))
		cells := allCells(t, result, files)
		for i := range listed {
			for _, mark := range marks(&listed[i], spec.Target.Name) {
				if slices.Contains(cells, mark) {
					t.Fatalf("%s %s: %+v is in %q", spec.Target.Name, spec.Kind, listed[i], cells)
				}
			}
		}
	})
}

func checkSum(t *rapid.T, result Result, people int) {
	sum := result.Written
	for _, n := range result.Rejected {
		sum += n
	}
	if result.Rows != int64(people) || sum != result.Rows {
		t.Fatalf("of %d rows %d are accounted for: %+v", people, sum, result)
	}
}

func allCells(t *rapid.T, result Result, files *memory) []string {
	var cells []string
	for _, table := range files.tables {
		for _, row := range table.rows {
			cells = append(cells, tableTexts(row)...)
		}
	}
	if len(files.tables) == 0 {
		_, rows := files.cells(t, result)
		for _, row := range rows {
			cells = append(cells, row...)
		}
	}
	return cells
}

// The suppression file has all who objected and whom the target knows by what
// it asks for, and nobody else.
func TestTheSuppressionFileHasThemAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := base(t)
		spec := specOf(t, rapid.SampledFrom([]string{"klaviyo", "mailchimp", "hubspot"}).Draw(t, "target"))
		spec.Kind, spec.HandedOut = Removal, handed(spec, people)
		want := map[string]bool{}
		for i := range people {
			email, _ := trimmedEmail(people[i].Email, "")
			if people[i].Objects(EmailChannel) && email != "" {
				want[email] = true
			}
		}
		result, files, err := export(spec, people)
		if err != nil {
			t.Fatal(err)
		}
		checkSum(t, result, len(people))
		_, rows := files.cells(t, result)
		for _, row := range rows {
			if !want[row[0]] {
				t.Fatalf("%q did not object, or is there twice", row[0])
			}
			delete(want, row[0])
		}
		if len(want) > 0 {
			t.Fatalf("%v are missing", want)
		}
	})
}

// Splitting loses no row, repeats none, keeps their order, and no part is larger
// than the limit allows, whatever the limits and however many batches there are.
func TestSplittingKeepsRowsAndLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := specOf(t, rapid.SampledFrom([]string{"klaviyo", "meta", "tiktok"}).Draw(t, "target"))
		spec.Mapped = []Field{Email, FirstName}
		spec.Target.MaxBytes = rapid.Int64Range(1200, 60_000).Draw(t, "bytes")
		spec.Target.MaxRows = rapid.Int64Range(0, 300).Draw(t, "rows")
		count := rapid.IntRange(1, 3*batchRows).Draw(t, "people")
		var people []Person
		var want []string
		for i := range count {
			p := person(fmt.Sprintf("id%d", i), fmt.Sprintf("c%d@example.com", i))
			p.FirstName = strings.Repeat(`"`, i*i%200)
			people = append(people, p)
			if spec.Target.Channel == AdsChannel {
				want = append(want, hashed(p.Email))
			} else {
				want = append(want, p.Email)
			}
		}
		result, files, err := export(spec, people)
		if err != nil {
			t.Fatal(err)
		}
		_, rows := files.cells(t, result)
		var got []string
		for _, row := range rows {
			got = append(got, row[0])
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d rows of %d, or in another order", len(got), len(want))
		}
		for i, file := range result.Files {
			if file.Bytes > spec.Target.MaxBytes || spec.Target.MaxRows > 0 && file.Rows > spec.Target.MaxRows || file.Rows == 0 {
				t.Fatalf("%+v", file)
			}
			if name := fmt.Sprintf("%s-%s-full-%03d.csv", spec.Name, spec.Target.Name, i+1); file.Name != name {
				t.Fatalf("%s, not %s", file.Name, name)
			}
		}
	})
}

// A row that no file can hold is an error, not a larger file.
func TestARowBeyondTheLimit(t *testing.T) {
	spec := specOf(t, "klaviyo")
	spec.Target.MaxBytes = 200
	p := person("1", "jane@example.com")
	p.FirstName = strings.Repeat("x", 200)
	_, files, err := export(spec, []Person{p})
	if err == nil || len(files.files) > 0 || strings.Contains(err.Error(), "jane") {
		t.Errorf("%v, %d files", err, len(files.files))
	}
}
