package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/failure"
)

func person(id, email string) Person {
	return Person{CustomerID: id, Email: email, ConsentEmail: Granted, ConsentAds: Granted}
}

// What is wrong before a row is read: a message that says what to do, of the
// kind that decides the exit code, and no file.
func TestSpecsThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		target string
		change func(*Spec)
		want   string
		kind   failure.Kind
	}{
		{"klaviyo", func(s *Spec) { s.Mapped = []Field{Phone} }, "klaviyo needs email, and people has no such column: set people.columns.email", failure.Usage},
		{"meta", func(s *Spec) { s.Mapped = []Field{FirstName} }, "meta needs email or phone, and people has no such column: set people.columns.email or people.columns.phone", failure.Usage},
		{"tiktok", func(s *Spec) { s.ConsentMapped = false }, "tiktok asks for consent, and people says nobody's (unknown is no): set people.columns.consent_ads", failure.Usage},
		{"csv", func(s *Spec) { s.Channel = "" }, "csv serves any channel: say whose consent counts, email or ads", failure.Usage},
		{"csv", func(s *Spec) { s.Channel = "post" }, `no channel "post": email or ads`, failure.Usage},
		{"meta", func(s *Spec) { s.Channel = EmailChannel }, "meta is for the channel ads, not email", failure.Usage},
		{"google", func(s *Spec) { s.Attributes = []Attribute{{"clv", Number}} }, "google takes no columns but its own: leave out clv", failure.Usage},
		{"klaviyo", func(s *Spec) { s.Attributes = []Attribute{{"EMAIL", Text}} }, `klaviyo has two columns "EMAIL": rename the attribute`, failure.Usage},
		{"klaviyo", func(s *Spec) { s.Attributes = []Attribute{{"=clv", Text}} }, `column name "=clv": a header begins with a letter`, failure.Usage},
		{"hubspot", func(s *Spec) {
			for i := range 1000 {
				s.Attributes = append(s.Attributes, Attribute{fmt.Sprint("a", i), Text})
			}
		}, "hubspot takes 999 columns, and these are 1010: leave attributes out", failure.Usage},
		{"klaviyo", func(s *Spec) { s.Region = "UK" }, `no region "UK" for phones: two capital letters of ISO 3166-1, as in GB`, failure.Usage},
		{"klaviyo", func(s *Spec) { s.Name = "low_value" }, `audience name "low_value": "low" says what is thought of the people in it, which platforms flag; leave the name out for a neutral one`, failure.Usage},
		{"klaviyo", func(s *Spec) { s.Kind = "most" }, `no kind of file "most": full, entered, exited or suppressed`, failure.Usage},
		{"klaviyo", func(s *Spec) { s.Suppression = nil }, "the suppression list was not read to its end: no file is made without it", failure.Input},
		{"klaviyo", func(s *Spec) { s.Suppression = NewSuppression(s.Target) }, "the suppression list was not read to its end: no file is made without it", failure.Input},
		{"klaviyo", func(s *Spec) { s.Suppression = &Suppression{} }, "the suppression list was not read to its end: no file is made without it", failure.Input},
		{"klaviyo", func(s *Spec) { s.Kind = Removal }, "a suppressed file needs to know what was handed out", failure.Failed},
	} {
		spec := specOf(t, c.target)
		c.change(&spec)
		_, files, err := export(spec, []Person{person("1", "jane@example.com")})
		if err == nil || err.Error() != c.want || failure.KindOf(err) != c.kind {
			t.Errorf("%v\nnot %s", err, c.want)
		}
		if len(files.files) > 0 {
			t.Errorf("%s: files %v", c.want, slices.Collect(maps.Keys(files.files)))
		}
	}
	if _, err := TargetOf("kaviyo"); err == nil || !strings.Contains(err.Error(), "klaviyo, mailchimp, hubspot, braze, omnisend, brevo, meta, google, tiktok, pinterest, microsoft, snapchat, csv, parquet") {
		t.Error(err)
	}
}

func TestAnEmptyAudienceIsAnError(t *testing.T) {
	people := []Person{{CustomerID: "1", Email: "a@example.com"}, {CustomerID: "2", Email: "b@example.com"}, person("3", "nothing")}
	result, files, err := export(specOf(t, "klaviyo"), people)
	want := "cbv_a_0123456789 for klaviyo: the audience is empty (of 3 customers: 2 consent_unknown, 1 email_invalid); no file is made"
	if !errors.Is(err, ErrEmpty) || err.Error() != want || failure.KindOf(err) != failure.Input {
		t.Errorf("%v\nnot %s", err, want)
	}
	if len(result.Files) > 0 || len(files.files) != 1 || result.Rejected[ConsentUnknown] != 2 {
		t.Errorf("%+v, %v", result, files.files)
	}
	spec := specOf(t, "klaviyo")
	spec.Kind = Entered
	if result, _ := mustExport(t, spec, nil); len(result.Files) > 0 || result.Rejects != nil {
		t.Errorf("nobody entered, and there is %+v", result)
	}
}

func TestSmallAudiencesAreWarnedOf(t *testing.T) {
	result, _ := mustExport(t, specOf(t, "tiktok"), []Person{person("1", "a@example.com")})
	want := []Warning{{"audience_too_small", "cbv_a_0123456789 for tiktok is too small: tiktok wants 1000 people and up, of those it finds; members: 1"}}
	if !slices.Equal(result.Warnings, want) {
		t.Errorf("%q", result.Warnings)
	}
}

// Of customers who share an e-mail the first is exported, if need be under one
// spelling of it, and TikTok sees more of them share.
func TestSharedEmails(t *testing.T) {
	people := []Person{person("1", "Jane@example.com"), person("2", "jane@EXAMPLE.com "), person("3", "jane+b@example.com")}
	for target, written := range map[string]int64{"klaviyo": 2, "meta": 2, "tiktok": 1, "braze": 3, "csv": 3} {
		result, _ := mustExport(t, specOf(t, target), people)
		if result.Written != written || (result.Rejected[SharedEmail] != 3-written) {
			t.Errorf("%s: %d written, %v", target, result.Written, result.Rejected)
		}
		if len(result.Warnings) == 0 || !strings.Contains(fmt.Sprint(result.Warnings), "e-mail of an earlier one") {
			t.Errorf("%s: %q", target, result.Warnings)
		}
	}
}

// A target that knows people by their phone alone distinguishes them by it alone.
func TestPhonesAlone(t *testing.T) {
	spec := specOf(t, "meta")
	spec.Target.NeedsOneOf, spec.Target.Columns = []Field{Phone}, []Column{{Header: "phone", Field: Phone, Form: hashedPhone}}
	people := []Person{person("1", "a@example.com"), person("2", "a@example.com"), person("3", "c@example.com"), person("4", "d@example.com")}
	people[0].Phone, people[1].Phone, people[2].Phone = "07700 900123", "07700 900124", "+44 7700 900123"
	result, _ := mustExport(t, spec, people)
	if r := result.Rejected; result.Written != 2 || r[SharedPhone] != 1 || r[NoIdentifier] != 1 {
		t.Errorf("%+v", result)
	}
}

// An earlier row that is not allowed in does not take the e-mail's place, but one
// that is suppressed does: it is the same mailbox.
func TestWhoTakesAnEmail(t *testing.T) {
	refused, suppressed := person("1", "a@example.com"), person("3", "b@example.com")
	refused.ConsentEmail, suppressed.Suppressed = Refused, true
	result, files := mustExport(t, specOf(t, "klaviyo"), []Person{refused, person("2", "a@example.com"), suppressed, person("4", "b@example.com")})
	if _, rows := files.cells(t, result); len(rows) != 1 || rows[0][0] != "a@example.com" {
		t.Errorf("%q", rows)
	}
	if result.Rejected[SharedEmail] != 1 || result.Rejected[Suppressed] != 1 || result.Rejected[NoConsent] != 1 {
		t.Errorf("%v", result.Rejected)
	}
}

// Each target asks for the consent of its own channel.
func TestConsentIsPerChannel(t *testing.T) {
	people := []Person{
		{CustomerID: "1", Email: "mail@example.com", ConsentEmail: Granted},
		{CustomerID: "2", Email: "ads@example.com", ConsentAds: Granted},
	}
	for _, target := range Targets {
		for _, channel := range []Channel{EmailChannel, AdsChannel} {
			if target.Channel != "" && target.Channel != channel {
				continue
			}
			spec := specOf(t, target.Name)
			spec.Channel = channel
			result, _ := mustExport(t, spec, people)
			if result.Written != 1 || result.Rejected[ConsentUnknown] != 1 {
				t.Errorf("%s for %s: %+v", target.Name, channel, result)
			}
		}
	}
}

// A row that a target cannot use by one identifier goes by its other.
func TestRowsGoByTheirOtherIdentifier(t *testing.T) {
	both := person("1", "bad")
	both.Phone = "07700 900123"
	neither := person("2", "bad")
	neither.Phone = "123"
	result, files := mustExport(t, specOf(t, "google"), []Person{both, neither})
	_, rows := files.cells(t, result)
	if len(rows) != 1 || rows[0][0] != "" || rows[0][1] != janePhonePlus {
		t.Errorf("%q", rows)
	}
	want := "customer_id,part,reason\n1,Email,email_invalid\n2,row,email_invalid\n"
	if got := files.text(t, result.Rejects.Name); got != want {
		t.Errorf("%s", got)
	}
}

// The customer's own country says how a phone is dialled; else the region does.
func TestPhonesAreOfTheCustomersCountry(t *testing.T) {
	german, other, nowhere := person("1", "a@example.com"), person("2", "b@example.com"), person("3", "c@example.com")
	german.Phone, german.Country = "0151 12345678", "de"
	other.Phone, other.Country = "07700 900123", "Great Britain"
	spec := specOf(t, "klaviyo")
	result, files := mustExport(t, spec, []Person{german, other})
	if _, rows := files.cells(t, result); rows[0][1] != "+4915112345678" || rows[1][1] != "+447700900123" {
		t.Errorf("%q", rows)
	}
	nowhere.Phone, spec.Region = "07700 900123", ""
	result, _ = mustExport(t, spec, []Person{nowhere})
	if result.Blanked["Phone Number"][PhoneInvalid] != 1 {
		t.Errorf("%+v", result)
	}
}

func TestOneCustomerTwice(t *testing.T) {
	result, _ := mustExport(t, specOf(t, "csv"), []Person{person("1", "a@example.com"), person("1", "b@example.com"), person("2", "c@example.com")})
	if result.Written != 2 || result.Rejected[DuplicateCustomer] != 1 {
		t.Errorf("%+v", result)
	}
}

// Whatever fails, what was opened is closed, and the error is the first one.
func TestFailuresCloseFiles(t *testing.T) {
	broken := errors.New("broken")
	spec := specOf(t, "klaviyo")
	t.Run("rows", func(t *testing.T) {
		files := newMemory()
		_, err := Export(context.Background(), spec, func(yield func(Person, error) bool) {
			for i := range 5000 {
				if !yield(person(fmt.Sprint(i), fmt.Sprintf("c%d@example.com", i)), nil) {
					return
				}
			}
			yield(Person{}, broken)
		}, files.opener())
		if !errors.Is(err, broken) {
			t.Error(err)
		}
		for name := range files.files {
			files.text(t, name)
		}
	})
	t.Run("create", func(t *testing.T) {
		_, err := Export(context.Background(), spec, each([]Person{person("1", "a@example.com")}), Files{Create: func(string) (io.WriteCloser, error) { return nil, broken }})
		if !errors.Is(err, broken) {
			t.Error(err)
		}
	})
	t.Run("write", func(t *testing.T) {
		file := &failing{err: broken}
		rows := func(yield func(Person, error) bool) {
			for i := 0; yield(person(fmt.Sprint(i), fmt.Sprintf("c%d@example.com", i)), nil); i++ {
				if i > 200_000 {
					t.Fatal("goes on")
				}
			}
		}
		_, err := Export(context.Background(), spec, rows, Files{Create: func(string) (io.WriteCloser, error) { return file, nil }})
		if !errors.Is(err, broken) || !file.closed {
			t.Error(err, file.closed)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		files := newMemory()
		_, err := Export(ctx, spec, func(yield func(Person, error) bool) {
			for i := 0; yield(person(fmt.Sprint(i), fmt.Sprintf("c%d@example.com", i)), nil); i++ {
				if i == 3000 {
					cancel()
				}
				if i > 100_000 {
					t.Fatal("goes on")
				}
			}
		}, files.opener())
		if failure.KindOf(err) != failure.Interrupted {
			t.Error(err)
		}
	})
}

type failing struct {
	err    error
	closed bool
}

func (f *failing) Write([]byte) (int, error) { return 0, f.err }
func (f *failing) Close() error              { f.closed = true; return nil }

// No message and no file's name says who somebody is.
func TestNothingPersonalInErrorsAndNames(t *testing.T) {
	spec, people := townSpec(t, "meta")
	result, files := mustExport(t, spec, people)
	said := fmt.Sprint(result.Warnings, result.Files, result.Rejects, result.Rejected, result.Blanked) + files.text(t, result.Rejects.Name)
	for _, p := range people {
		for _, secret := range []string{p.Email, p.Phone, p.FirstName, p.LastName} {
			if len(secret) > 3 && strings.Contains(strings.ToLower(said), strings.ToLower(strings.TrimSpace(secret))) {
				t.Errorf("%q is shown in:\n%s", secret, said)
			}
		}
	}
}
