package export

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/platform"
)

// The hashes are coreutils', each of the text that the platform wants hashed:
// printf %s 447700900123 | sha256sum
const (
	janeEmail     = "5f0d1df1fc49e30424381b57b1d4c73e067772a4267dde043a19b026935602c8" // jane.doe+promo@gmail.com
	janeGmail     = "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69" // janedoe@gmail.com
	janeTagless   = "831f6494ad6be4fcb3a724c3d5fef22d3ceffa3c62ef3a7984e45a0ea177f982" // jane.doe@gmail.com
	janeDigits    = "033134b911b137918338415ee3d20a064b24773d36a3b02e8b99fdd3fcd6b4cd" // 447700900123
	janePlus      = "a8acc3a90a7b4e4dc65e93db9240ed26523050ef754d63b75b5161de76781436" // +447700900123
	jane          = "81f8f6dde88365f3928796ec7aa53f72820b06db8664f5fe76a7eb13e24546a2" // jane
	doeLetters    = "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a" // odoesmith
	doe           = "86d40fb71b08a94b479e19533a820d32c35594ac3297c09815e6dddd61c14a8a" // odoesmith
	zipLetters    = "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614" // sw1a1aa
	london        = "6089854c94ca5454b76be6752c562901a985f64c9a946f62976aeab593b83161" // london
	britain       = "0b407281768f0e833afef47ed464b6571d01ca4d53c12ce5c51d1462f4ad6677" // gb
	zoeEmail      = "790c5cf6f22fd79e95ff087070a2cf8862064d0d1bfdb6a71fb58cc0b0a74817" // zoe@example.de
	zoePlus       = "536afd523e19dc83fccba822ef5e4ca646111314aaf0aa286667c5bea18dd70b" // +4915112345678
	phoneOnlyPlus = "+447700900456"
)

// One customer in the form of each target, read back as an importer reads it:
// header by header and cell by cell. The e-mail came as
// " Jane.Doe+promo@GMAIL.com ", the phone as "+44 (0)7700 900123".
func TestCellsOfEachTarget(t *testing.T) {
	s := newShop(t)
	monday, _ := town(s)
	for target, want := range map[string][][]string{
		"klaviyo": {
			{"Email", "Phone Number", "First Name", "Last Name", "City", "State / Region", "Zip Code", "Country", "customer_id", "cbv_a_1922152689", "clv"},
			{"jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "London", "", "SW1A 1AA", "gb", "1001", "true", "12.5"},
		},
		"mailchimp": {
			{"Email Address", "First Name", "Last Name", "Phone Number", "City", "State", "Zip", "Country", "customer_id", "cbv_a_1922152689", "clv"},
			{"jane.doe+promo@gmail.com", "Jane", "O'Doe-Smith", "+447700900123", "London", "", "SW1A 1AA", "gb", "1001", "true", "12.5"},
		},
		"hubspot": {
			{"Email", "First Name", "Last Name", "Phone Number", "City", "State/Region", "Postal Code", "Country/Region", "customer_id", "cbv_a_1922152689", "clv"},
			{"jane.doe+promo@gmail.com", "Jane", "O'Doe-Smith", "+447700900123", "London", "", "SW1A 1AA", "gb", "1001", "true", "12.5"},
		},
		"braze": {
			{"external_id", "email", "phone", "first_name", "last_name", "home_city", "country", "cbv_a_1922152689", "clv"},
			{"1001", "jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "London", "GB", "true", "12.5"},
		},
		"meta": {
			{"email", "phone", "fn", "ln", "zip", "ct", "st", "country", "uid", "value"},
			{janeEmail, janeDigits, jane, doeLetters, zipLetters, london, "", britain, "", ""},
		},
		"google": {
			{"Email", "Phone", "First Name", "Last Name", "Country", "Zip"},
			{janeGmail, janePlus, jane, doe, "GB", "SW1A 1AA"},
		},
		"tiktok": {
			{"Email_SHA256", "Email_SHA256", "Phone_SHA256"},
			{janeEmail, janeTagless, janePlus},
			{zoeEmail, "", zoePlus},
		},
		"csv": {
			{"customer_id", "email", "phone", "first_name", "last_name", "country", "zip", "city", "state", "clv"},
			{"1001", "jane.doe+promo@gmail.com", "+447700900123", "Jane", "O'Doe-Smith", "gb", "SW1A 1AA", "London", "", "12.5"},
		},
	} {
		a := config.Audience{Name: "actives", Lifecycle: "active", Target: target, Columns: []string{"clv"}}
		switch target {
		case "meta", "google", "tiktok":
			a.Columns = nil
		case "csv":
			a.Channel = "ads"
		}
		result := s.mustExport(monday, a)
		got := s.records(filepath.Join(result.Folder, result.Manifest.Full.Files[0].Name))
		for i := range want {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%s, record %d:\n%q, want\n%q", target, i, got[i], want[i])
			}
		}
		if target == "csv" && got[4][0] == "1008" && got[4][2] != phoneOnlyPlus {
			t.Errorf("phone %q, want %s", got[4][2], phoneOnlyPlus)
		}
	}
}

// A likeness weighed by what customers are worth takes it as it is; what is no
// weight stays blank, with a reason.
func TestValuesForMeta(t *testing.T) {
	s := newShop(t)
	negative, unknown := customer("b"), customer("c")
	negative["clv"], unknown["clv"] = -3.5, nil
	s.people(person("a", "a@x.org"), person("b", "b@x.org"), person("c", "c@x.org"))
	a := config.Audience{Name: "weighed", Lifecycle: "active", Target: "meta", Value: "clv"}
	result := s.mustExport(s.run("2026-11-23", customer("a"), negative, unknown), a)
	for i, want := range []string{"value", "12.5", "", ""} {
		record := s.records(filepath.Join(result.Folder, result.Manifest.Full.Files[0].Name))[i]
		if record[len(record)-1] != want {
			t.Errorf("%q, want value %q", record, want)
		}
	}
	if n := result.Manifest.Full.Blanked["value"][platform.ValueInvalid]; n != 1 {
		t.Errorf("%d values are blanked, want 1", n)
	}
	for value, want := range map[string]string{"segment": "value: segment is no number", "clw": `did you mean "clv"?`} {
		a.Value = value
		if _, err := s.export("", a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", value, err)
		}
	}
	a.Value, a.Target = "clv", "google"
	if _, err := s.export("", a); err == nil || !strings.Contains(err.Error(), "value: google has no column for it") {
		t.Errorf("%v", err)
	}
}
