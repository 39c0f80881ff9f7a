package command

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/parquetfile"
)

// A text of people that is not in UTF-8 is named by its row, and by nothing of what it
// says.
func TestTextThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	_, out := publishedShop(t, 300)
	type row struct {
		CustomerID string `parquet:"customer_id"`
		Email      string `parquet:"email"`
		Agreed     bool   `parquet:"agreed"`
	}
	rows := make([]row, 300)
	for i := range rows {
		rows[i] = row{fmt.Sprintf("C%08d", i+1), fmt.Sprintf("person%d@example.com", i), true}
	}
	rows[250].Email = "\xff" + rows[250].Email
	path := filepath.Join(t.TempDir(), "people.parquet")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writer := parquetfile.NewWriter[row](file, nil)
	if err := writer.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"email", "try_cast(email as varchar)", "lower(email)"} {
		export := exec.Command("cbv", "export", "--out", out, "--where", "true", "--target", "klaviyo",
			"--people.files", path, "--people.columns.email", email, "--people.columns.consent_email", "agreed")
		said, err := export.CombinedOutput()
		want := path + " row 251: column \"email\" cannot be read: its text is not in UTF-8: write the file again with text in UTF-8, or leave it out of people.files\n"
		if export.ProcessState.ExitCode() != 3 || !strings.HasSuffix(string(said), want) || strings.Contains(string(said), "person250") {
			t.Errorf("%s: %v\n%s", email, err, said)
		}
	}
}
