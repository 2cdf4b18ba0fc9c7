import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.PropertyManager;
import org.javarosa.core.services.properties.IPropertyRules;

/** What a phone gives to the engine: the files beside a form, and who and what it is. */
final class Phone {
    private static final String[] ROOTS = {"file", "file-csv", "images", "audio", "video"};

    /** Where the files beside the next form are. */
    File media;

    Phone(JsonNode properties) {
        ReferenceManager.instance().addReferenceFactory(new Folder());
        PropertyManager.setPropertyManager(new Properties(properties));
    }

    /** {@code jr://file-csv/places.csv} is {@code places.csv} of the folder. */
    private final class Folder extends PrefixedRootFactory {
        Folder() {
            super(ROOTS);
        }

        @Override
        protected Reference factory(String terminal, String uri) {
            return new Beside(new File(media, new File(terminal).getName()), uri);
        }
    }

    private static final class Beside implements Reference {
        private final File file;
        private final String uri;

        Beside(File file, String uri) {
            this.file = file;
            this.uri = uri;
        }

        @Override
        public boolean doesBinaryExist() {
            return file.isFile();
        }

        @Override
        public InputStream getStream() throws IOException {
            return new FileInputStream(file);
        }

        @Override
        public String getURI() {
            return uri;
        }

        @Override
        public String getLocalURI() {
            return file.getAbsolutePath();
        }

        @Override
        public boolean isReadOnly() {
            return true;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FileOutputStream(file);
        }

        @Override
        public void remove() {}

        @Override
        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }

    private static final class Properties implements IPropertyManager {
        private final JsonNode values;

        Properties(JsonNode values) {
            this.values = values;
        }

        @Override
        public String getSingularProperty(String name) {
            return values.path(name).asText(null);
        }

        @Override
        public List<String> getProperty(String name) {
            return List.of();
        }

        @Override
        public void setProperty(String name, String value) {}

        @Override
        public void setProperty(String name, List<String> value) {}

        @Override
        public void addRules(IPropertyRules rules) {}

        @Override
        public List<IPropertyRules> getRules() {
            return List.of();
        }
    }
}
