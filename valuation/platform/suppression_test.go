package platform

import (
	"testing"
)

// Each way of being on a suppression list keeps a person out of every target
// that would know them by it.
func TestSuppressionFindsPeople(t *testing.T) {
	jane := person("1", " Jane.Doe+promo@GMAIL.com ")
	jane.Phone = "07700 900123"
	all := TargetNames()
	ads := []string{"meta", "google", "tiktok", "pinterest", "microsoft", "snapchat"}
	hash := func(hex string) func(*Suppression) {
		return func(s *Suppression) {
			if err := s.AddHash(hex); err != nil {
				t.Error(err)
			}
		}
	}
	for _, c := range []struct {
		name    string
		add     func(*Suppression)
		foundBy []string
	}{
		{"id", func(s *Suppression) { s.AddID("1") }, all},
		{"e-mail", func(s *Suppression) { s.AddEmail("JANE.doe+promo@gmail.com") }, all},
		{"e-mail with spaces", func(s *Suppression) { s.AddEmail("jane.doe +promo@gmail.com") }, all},
		{"hash", hash(janeTagged), all},
		{"hash in capitals", hash("5F0D1DF1FC49E30424381B57B1D4C73E067772A4267DDE043A19B026935602C8"), all},
		{"TikTok's hash", hash(janeUntagged), all},
		{"phone's hash", hash(janePhone), ads},
		{"phone's hash with plus", hash(janePhonePlus), ads},
		{"Google's hash", hash("d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"), all}, // janedoe@gmail.com
		{"same mailbox, other tag", func(s *Suppression) { s.AddEmail("jane.doe+x@gmail.com") }, []string{"tiktok", "google"}},
		{"same mailbox, without dots", func(s *Suppression) { s.AddEmail("janedoe@gmail.com") }, []string{"google"}},
		{"same phone", func(s *Suppression) { s.AddPerson(&Person{CustomerID: "2", Phone: "+447700900123"}, "") }, ads},
		{"herself", func(s *Suppression) { s.AddPerson(&jane, "GB") }, all},
		{"somebody else", func(s *Suppression) {
			s.AddPerson(&Person{CustomerID: "2", Email: "john@example.com", Phone: "07700 900124"}, "GB")
		}, nil},
		{"nobody", func(s *Suppression) { s.AddPerson(&Person{}, "GB") }, nil},
	} {
		expected := map[string]bool{}
		for _, target := range c.foundBy {
			expected[target] = true
		}
		for _, target := range all {
			spec := specOf(t, target)
			spec.Suppression = NewSuppression(spec.Target)
			c.add(spec.Suppression)
			spec.Suppression.Seal()
			other := person("9", "other@example.com")
			result, _ := mustExport(t, spec, []Person{jane, other})
			if found := result.Rejected[Suppressed] == 1; found != expected[target] {
				t.Errorf("%s: %s: suppressed %v", c.name, target, found)
			}
		}
	}
}

// What surrounds an id unseen does not let somebody in.
func TestSuppressedIDsAreTrimmed(t *testing.T) {
	for _, ids := range [][2]string{{" 00013", "00013"}, {"00013\t", "00013"}, {"00013", " 00013 "}, {"00013\u00a0", "\ufeff00013"}} {
		s := NewSuppression(Target{})
		s.AddID(ids[0])
		if !s.has(&Person{CustomerID: ids[1]}, &identity{}) {
			t.Errorf("%q is not found by %q", ids[1], ids[0])
		}
	}
	s := NewSuppression(Target{})
	s.AddID(" ")
	if s.Len() != 0 || s.has(&Person{CustomerID: " "}, &identity{}) {
		t.Error("nobody is suppressed")
	}
}

// Whatever key a person has is struck off, and none of somebody else.
func TestStrike(t *testing.T) {
	s := NewSuppression(Target{})
	s.AddID("1 ")
	s.AddEmail("Jane.Doe+promo@gmail.com")
	for _, hash := range []string{janeTagged, janeUntagged, janePhone, janePhonePlus} {
		if err := s.AddHash(hash); err != nil {
			t.Fatal(err)
		}
	}
	s.Strike(&Person{CustomerID: "2", Email: "john@example.com", Phone: "07700 900124"}, "GB")
	if s.Len() != 6 {
		t.Errorf("%d of 6 keys remain", s.Len())
	}
	s.Strike(&Person{CustomerID: " 1", Email: " JANE.doe+promo@gmail.com", Phone: "07700 900123"}, "GB")
	if s.Len() != 0 {
		t.Errorf("%d keys remain", s.Len())
	}
}

// An e-mail that the target takes for a person's is theirs, whatever tool has another
// opinion, and so is the hash of its form.
func TestStrikeByTheTargetsForms(t *testing.T) {
	for name, want := range map[string]int{"google": 0, "klaviyo": 1} {
		target, err := TargetOf(name)
		if err != nil {
			t.Fatal(err)
		}
		s := NewListed(target)
		s.AddEmail("janedoe@gmail.com")
		s.Strike(&Person{CustomerID: "1", Email: " Jane.Doe+promo@GMAIL.com "}, "GB")
		if s.Len() != want {
			t.Errorf("%s: %d keys remain, want %d", name, s.Len(), want)
		}
	}
}

func TestUnreadableHashesAreErrors(t *testing.T) {
	for _, text := range []string{"", "jane@example.com", "d41d8cd98f00b204e9800998ecf8427e" /* MD5 */, janePhone + "00"} {
		s := NewSuppression(Target{})
		if err := s.AddHash(text); err == nil {
			t.Errorf("%q is taken for a hash", text)
		}
	}
}
